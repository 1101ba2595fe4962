// What a node makes known: losses, failures, starts, what its actors log. Each is counted, and an event for those who
// listen.
import type { Cell } from '../cell/cell.ts';
import type { CellReports } from '../cell/host.ts';
import type { DeadLetterReason, LogLevel, StopReason, SystemEvent } from '../protocol/events.ts';
import type { Directive } from '../protocol/supervision.ts';
import { NodeCounter } from './counters.ts';
import { DeadLetters } from './deadLetters.ts';
import type { ActorNode } from './node.ts';

export class Reports implements CellReports {
  protected readonly node: ActorNode;
  private readonly deadLetters: DeadLetters;

  constructor(node: ActorNode) {
    this.node = node;
    const { world } = node;
    this.deadLetters = new DeadLetters(node.nodeId, (fn) => world.defer(fn), this.emit);
  }

  readonly emit = (event: SystemEvent): void => this.node.events.emit(event);

  private count(counter: number): void {
    this.node.counters[counter]!++;
  }

  /** Whether somebody wants to know of starts and stops. */
  private get observed(): boolean {
    const { events, world } = this.node;
    return events.observed || world.observed?.() === true;
  }

  started(cell: Cell): void {
    this.count(NodeCounter.started);
    if (this.observed) this.emit({ type: 'started', node: this.node.nodeId, actor: cell.path });
  }

  stopped(cell: Cell, reason: StopReason): void {
    this.count(NodeCounter.stopped);
    if (this.observed) this.emit({ type: 'stopped', node: this.node.nodeId, actor: cell.path, reason });
  }

  restarted(cell: Cell): void {
    this.count(NodeCounter.restarts);
    this.emit({ type: 'restarted', node: this.node.nodeId, actor: cell.path });
  }

  deadLetter(cell: Cell, message: string, reason: DeadLetterReason, count: number): void {
    this.deadLetterTo(cell.path, message, this.node.closed ? 'closed' : reason, count);
  }

  deadLetterTo(actor: string, message: string, reason: DeadLetterReason, count: number): void {
    this.node.counters[NodeCounter.deadLetters]! += count;
    this.deadLetters.add(actor, message, reason, count);
  }

  /** Reports the dead letters that have been counted, now. */
  flush(): void {
    this.deadLetters.flush();
  }

  failed(cell: Cell, during: string, error: Error, directive: Directive | 'none'): void {
    this.count(NodeCounter.failures);
    this.emit({ type: 'failed', node: this.node.nodeId, actor: cell.path, during, error, directive });
  }

  log(cell: Cell, level: LogLevel, text: string, fields: Record<string, unknown> | undefined): void {
    this.emit({ type: 'log', node: this.node.nodeId, actor: cell.path, level, text, fields });
  }
}
