// A node of a test system besides the host: what a worker thread is elsewhere.
import { performance } from 'node:perf_hooks';
import { threadId } from 'node:worker_threads';
import { inspectCell, listActors } from '../node/inspect.ts';
import type { ActorNode } from '../node/node.ts';
import { isQuiet } from '../node/quiet.ts';
import type { Spawned, SpawnRequest } from '../node/world.ts';
import { NodeDownError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { NodeHandle } from '../system/ground.ts';
import type { Board } from '../threads/board.ts';
import { type HostControl, outcomeOf, unwrap, type WorkerControl } from '../threads/control.ts';
import type { Ending } from '../threads/ending.ts';
import type { Vitals } from '../threads/vitals.ts';
import type { WorkerSettings } from '../threads/workerHandle.ts';
import { reviveError } from '../wire/errorCodec.ts';
import type { ActorId } from '../wire/refs.ts';
import { LocalActorNode } from './localActorNode.ts';
import { LocalLife, type Surroundings } from './localLife.ts';
import type { LocalTransport } from './localNetwork.ts';

export class LocalNode implements NodeHandle {
  readonly nodeId: NodeId;
  readonly threadId = threadId;
  readonly vitals: Vitals;
  readonly up = Promise.resolve();
  down = false;
  readonly node: ActorNode;
  private readonly life: LocalLife;
  private readonly transport: LocalTransport;
  private readonly onDown: (ending: Ending) => void;
  /** Control calls under way. */
  private readonly waiting = new Set<(error: Error) => void>();

  constructor(
    surroundings: Surroundings,
    { nodeId, own, past, slowHandlerMs }: WorkerSettings,
    board: Board,
    transport: LocalTransport,
    control: HostControl,
    onDown: (ending: Ending) => void,
  ) {
    this.nodeId = nodeId;
    this.vitals = board.vitals;
    this.transport = transport;
    this.onDown = onDown;
    this.life = new LocalLife(surroundings, nodeId, board, transport, {
      spawn: async (request, on) => unwrap(await control.spawn(request, on)),
      stopped: (trackId) => control.stopped(trackId),
      cancel: (id) => control.cancel(id),
      load: (module) => import(module),
    });
    this.node = new LocalActorNode(nodeId, this.life.world, { slowHandlerMs }, surroundings.told);
    for (const [id, at] of past.locations) this.node.locations.set(id, at ?? 'pending');
    this.node.events.on((event) => control.event({ event, error: undefined }));
    if (own) this.node.onIdle = () => control.retire();
  }

  get eventLoop() {
    return performance.eventLoopUtilization();
  }

  /** A control call settles when the node dies, whatever becomes of it there. */
  private call<T>(make: () => Promise<T>): Promise<T> {
    if (this.down) return Promise.reject(this.downError('it is gone'));
    return new Promise<T>((resolve, reject) => {
      this.waiting.add(reject);
      make()
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });
  }

  private downError(why: string, cause?: Error): NodeDownError {
    return new NodeDownError(this.nodeId, `node ${this.nodeId} went down: ${why}`, cause && { cause });
  }

  spawn(request: SpawnRequest): Promise<Spawned> {
    // As between threads: of an error's class and cause remains what its serialized form keeps.
    return this.call(async () => unwrap(await outcomeOf(() => this.node.startRequested(request))));
  }

  accept(): void {}

  nodeDown(...[down, why, cause, relocating]: Parameters<WorkerControl['nodeDown']>): void {
    if (!this.down) this.node.endings.nodeDown(down, why, cause && reviveError(cause, []), relocating);
  }

  relocated(id: string, to: ActorId | undefined): void {
    if (!this.down) this.node.endings.relocated(id, to);
  }

  forget(id: string): void {
    this.node.locations.gone(id);
  }

  inspect(cell: number) {
    return this.call(async () => inspectCell(this.node, cell));
  }

  actors(limit: number) {
    return this.call(async () => listActors(this.node, limit));
  }

  quiet(): Promise<boolean> {
    return this.call(async () => this.transport.settle() && isQuiet(this.node));
  }

  close(): Promise<void> {
    return this.call(() => this.node.endings.close());
  }

  async terminate(): Promise<void> {
    this.end({ why: 'its thread was terminated', cause: undefined });
  }

  kill(reason: Error): void {
    this.end({ why: reason.message, cause: reason });
  }

  /** What the node has under way is lost; whatever handlers still do has no effect. */
  end(ending: Ending): void {
    if (this.down) return;
    this.down = true;
    this.life.end();
    this.transport.close();
    for (const reject of this.waiting) reject(this.downError(ending.why, ending.cause));
    this.waiting.clear();
    this.onDown(ending);
  }
}
