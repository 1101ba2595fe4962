// What the nodes of a system have counted, read from shared memory: nobody has to answer, so it works at any
// time, also while a node is stuck.
import type { EventLoopUtilization } from 'node:perf_hooks';
import { counterCount, latencyAt, NodeCounter } from '../node/counters.ts';
import { type AskLatency, addLatency, describeLatency } from '../node/latency.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Board } from '../threads/board.ts';

/** What is counted of one node, and of all together. Everything since the start, but for what is said to be now. */
interface Counts {
  /** Actors that live now. */
  readonly actors: number;
  /** Actors that were started. */
  readonly started: number;
  /** Messages that mailboxes took. What is on its way to a mailbox isn't in it. */
  readonly accepted: number;
  /** Messages that are done with: handled, or refused because their actor stopped. */
  readonly handled: number;
  /** Messages in mailboxes now: in all live ones, what was accepted and not handled. */
  readonly waiting: number;
  /** Handlers and callbacks that threw. */
  readonly failures: number;
  readonly restarts: number;
  /** Messages that had no receiver. */
  readonly deadLetters: number;
  /** Asks made here that wait for their reply now. */
  readonly asksOpen: number;
  /** Asks made here that have settled, whichever way. */
  readonly asksSettled: number;
  readonly asksTimedOut: number;
  readonly askLatency: AskLatency;
}

export interface NodeMetrics extends Counts {
  readonly node: NodeId;
  /** Milliseconds that the event loop was busy, and that it waited. Of two readings: the share it was busy. */
  readonly eventLoopActiveMs: number;
  readonly eventLoopIdleMs: number;
  /** Of the thread, as the node saw it last: while it works, a second ago at most; 0 before its first turn. */
  readonly heapUsedBytes: number;
}

/** Of live nodes and, but for what is said to be now, of those that are gone. */
export interface SystemMetrics extends Counts {
  readonly nodes: readonly NodeMetrics[];
  /** Nodes that are no more: retired with their one actor, died, or ended with the system. */
  readonly nodesGone: number;
  /** Memory that the rings between threads take now. */
  readonly ringBytes: number;
}

/** A live node and its event loop. */
export interface LiveNode {
  readonly node: NodeId;
  readonly eventLoop: EventLoopUtilization;
}

export class MetricsReader {
  private readonly board: Board;
  /** The sum of the nodes that are gone: their places on the board are used again. */
  private readonly gone = new Float64Array(counterCount);
  private nodesGone = 0;

  constructor(board: Board) {
    this.board = board;
  }

  /** Keeps what a node has counted in its life. Nothing of it is open any more. */
  nodeGone(node: NodeId): void {
    const last = this.board.countersOf(node).slice();
    last[NodeCounter.stopped] = last[NodeCounter.started]!;
    last[NodeCounter.asksSettled] = last[NodeCounter.asksOpened]!;
    add(this.gone, last);
    this.nodesGone++;
  }

  read(live: readonly LiveNode[]): SystemMetrics {
    const sum = this.gone.slice();
    let waiting = 0;
    const nodes = live.map(({ node, eventLoop }): NodeMetrics => {
      const counters = this.board.countersOf(node).slice();
      add(sum, counters);
      const counts = countsOf(counters, waitingIn(counters));
      waiting += counts.waiting;
      return {
        node,
        ...counts,
        eventLoopActiveMs: eventLoop.active,
        eventLoopIdleMs: eventLoop.idle,
        heapUsedBytes: counters[NodeCounter.heapUsedBytes]!,
      };
    });
    const { nodesGone } = this;
    return { ...countsOf(sum, waiting), nodes, nodesGone, ringBytes: this.board.ringBytes };
  }
}

function add(sum: Float64Array, more: Float64Array): void {
  for (let i = 0; i < latencyAt; i++) sum[i]! += more[i]!;
  addLatency(sum.subarray(latencyAt), more.subarray(latencyAt));
}

/** The two are read one after the other, while their node may be counting: never below 0. */
function waitingIn(counters: Float64Array): number {
  return Math.max(counters[NodeCounter.accepted]! - counters[NodeCounter.handled]!, 0);
}

function countsOf(counters: Float64Array, waiting: number): Counts {
  const at = (counter: keyof typeof NodeCounter): number => counters[NodeCounter[counter]]!;
  const asksSettled = at('asksSettled');
  return {
    actors: Math.max(at('started') - at('stopped'), 0),
    started: at('started'),
    accepted: at('accepted'),
    handled: at('handled'),
    waiting,
    failures: at('failures'),
    restarts: at('restarts'),
    deadLetters: at('deadLetters'),
    asksOpen: Math.max(at('asksOpened') - asksSettled, 0),
    asksSettled,
    asksTimedOut: at('asksTimedOut'),
    askLatency: describeLatency(counters.subarray(latencyAt), asksSettled),
  };
}
