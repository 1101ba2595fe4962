// What the host sees of its nodes from outside: how busy they are, and which actors live there.
import { performance } from 'node:perf_hooks';
import { type ActorListing, inspectCell, listActors } from '../node/inspect.ts';
import type { ActorNode } from '../node/node.ts';
import { isQuiet } from '../node/quiet.ts';
import type { ActorInspection } from '../protocol/inspection.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { HostTransport, NodeHandle } from './ground.ts';
import type { LiveNode } from './metrics.ts';

const host = 0;

export class NodeLooks {
  private readonly host: () => ActorNode;
  private readonly transport: HostTransport;
  private readonly workers: ReadonlyMap<NodeId, NodeHandle>;

  constructor(hostNode: () => ActorNode, transport: HostTransport, workers: ReadonlyMap<NodeId, NodeHandle>) {
    this.host = hostNode;
    this.transport = transport;
    this.workers = workers;
  }

  /** The live nodes with their event loops, which the host sees from outside. */
  get live(): LiveNode[] {
    const own = { node: host, eventLoop: performance.eventLoopUtilization() };
    const others = [...this.workers].map(([node, { eventLoop }]) => ({ node, eventLoop }));
    return [own, ...others];
  }

  /** `undefined`: the actor is gone, or its node. */
  async inspect(node: NodeId, cell: number): Promise<ActorInspection | undefined> {
    if (node === host) return inspectCell(this.host(), cell);
    return this.workers.get(node)?.inspect(cell);
  }

  /** The actors of a node, `limit` at most. */
  async actors(node: NodeId, limit: number): Promise<ActorListing> {
    if (node === host) return listActors(this.host(), limit);
    return (await this.workers.get(node)?.actors(limit)) ?? { actors: [], total: 0 };
  }

  /** Whether nothing goes on on any node. One that dies meanwhile has nothing to do either. */
  async quiet(): Promise<boolean> {
    const others = [...this.workers.values()].map((worker) => worker.quiet().catch(() => worker.down));
    const own = this.transport.settle() && isQuiet(this.host());
    return (await Promise.all(others)).every(Boolean) && own;
  }
}
