// Watches over the worker nodes of a system: asks each for a sign of life once a second, reports those that are
// stuck with what they run, and ends them where the app wants that.
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { NodeUnresponsiveError } from '../protocol/errors.ts';
import type { SystemEvent } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { SelfReport } from '../threads/selfReport.ts';
import { askStuckThread, debuggerAttached } from '../threads/stuckThread.ts';
import type { NodeHandle } from './ground.ts';
import { type Finding, Heartbeat } from './heartbeat.ts';
import type { UnresponsiveOptions } from './safety.ts';

const periodMsMax = 1000;
/** Beats until a silent node is reported. */
const beats = 5;

export interface WatchedNodes {
  /** The worker nodes that live. */
  workers(): readonly NodeHandle[];
  /** How many messages the actors of a node have handled. */
  handled(node: NodeId): number;
  /** Wakes a node that sleeps. */
  wake(node: NodeId): void;
}

type Unresponsive = Extract<SystemEvent, { type: 'nodeUnresponsive' }>;

export class NodeWatch {
  private readonly options: Required<UnresponsiveOptions>;
  private readonly nodes: WatchedNodes;
  private readonly emit: (event: SystemEvent) => void;
  private readonly write: (text: string) => void;
  private readonly heartbeat: Heartbeat;
  private readonly timer: NodeJS.Timeout;
  private readonly stopped = new AbortController();
  /** Reports that wait for what their node has to say. */
  private readonly reports = new Map<NodeId, Promise<void>>();

  /** `write` gets a line or more for people, at once: the host may be stuck next. */
  constructor(
    options: Required<UnresponsiveOptions>,
    nodes: WatchedNodes,
    emit: (event: SystemEvent) => void,
    write: (text: string) => void,
  ) {
    this.options = options;
    this.nodes = nodes;
    this.emit = emit;
    this.write = write;
    const periodMs = Math.min(options.afterMs / beats, periodMsMax);
    this.heartbeat = new Heartbeat(options.afterMs, periodMs);
    this.timer = setInterval(() => this.beat(), periodMs);
    this.timer.unref();
  }

  /** Ends the watch; a report that is being made is dropped. */
  stop(): void {
    clearInterval(this.timer);
    this.stopped.abort();
  }

  private beat(): void {
    const workers = this.nodes.workers();
    const pulses = workers.map(({ nodeId, vitals }) => ({
      nodeId,
      alive: vitals.alive,
      handled: this.nodes.handled(nodeId),
      ask: (ping: number) => {
        vitals.ask(ping);
        this.nodes.wake(nodeId);
      },
    }));
    for (const finding of this.heartbeat.beat(performance.now(), pulses)) {
      const worker = workers.find(({ nodeId }) => nodeId === finding.nodeId)!;
      if (finding.type === 'responsive') void this.isBack(finding);
      else this.reports.set(finding.nodeId, this.report(worker, finding));
    }
  }

  private async report(worker: NodeHandle, { nodeId, forMs }: Finding): Promise<void> {
    const { vitals } = worker;
    const asleepSince = vitals.alive;
    const said = await askStuckThread(worker.threadId, this.stopped.signal);
    if (this.stopped.signal.aborted || worker.down) return;
    const stillStuck = vitals.alive === asleepSince;
    const killed = this.options.kill && stillStuck && !(await debuggerAttached());
    const actor = said === undefined ? numberedActor(nodeId, vitals.running[0]!) : said.actor;
    const { during, stack } = said ?? ({} as Partial<SelfReport>);
    const event: Unresponsive = {
      type: 'nodeUnresponsive',
      node: nodeId,
      forMs,
      actor,
      during,
      stack,
      killed,
    };
    this.write(textOf(event));
    this.emit(event);
    if (killed) worker.kill(new NodeUnresponsiveError(nodeId, actor, during, forMs));
  }

  /** Not before it was reported as unresponsive. */
  private async isBack({ nodeId, forMs }: Finding): Promise<void> {
    await this.reports.get(nodeId);
    this.reports.delete(nodeId);
    if (this.stopped.signal.aborted) return;
    this.write(`thrum warn: node ${nodeId} responds again after ${forMs} ms\n`);
    this.emit({ type: 'nodeResponsive', node: nodeId, forMs });
  }
}

/** A node in a system call can't tell its actor's path; the number of its cell is in shared memory. */
function numberedActor(nodeId: NodeId, cell: number): string | undefined {
  return cell === 0 ? undefined : `${nodeId}/#${cell}`;
}

function textOf({ node, forMs, actor, during, stack, killed }: Unresponsive): string {
  const what = during === undefined ? '' : `'${during}' of `;
  const runs = actor === undefined ? '' : `; it runs ${what}${actor}`;
  return [
    `thrum error: node ${node} hasn't responded for ${forMs} ms${runs}${killed ? '; it is being ended' : ''}`,
    ...(stack === undefined ? ['    (its stack is unknown: it is in a call outside JavaScript)'] : [stack]),
    '',
  ].join('\n');
}
