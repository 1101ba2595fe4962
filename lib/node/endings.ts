// How a node ends, and what it does when another one has: every ask and every message that waits settles.
import { requestStop } from '../cell/lifecycle.ts';
import { NodeDownError, SystemClosedError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import { idOf } from './locations.ts';
import type { ActorNode } from './node.ts';
import { stopInternals } from './registry/internal.ts';

export class Endings {
  private readonly node: ActorNode;
  private onEmpty: (() => void) | undefined = undefined;

  constructor(node: ActorNode) {
    this.node = node;
  }

  /** The node's last actor has stopped. */
  lastStopped(): void {
    this.onEmpty?.();
    this.node.onIdle?.();
  }

  /** Stops every actor of this node, then closes its resources; resolves when all that is done. */
  async close(): Promise<void> {
    this.node.closed = true;
    this.node.registry.close();
    const gone = new Promise<void>((resolve) => {
      this.onEmpty = resolve;
      if (this.node.cells.size === 0) resolve();
    });
    for (const cell of this.node.cells.all()) {
      if (cell.parent === undefined || !this.node.refs.isHere(cell.parent)) requestStop(cell, false);
    }
    await gone;
    await stopInternals(this.node);
    this.node.tasks.close();
    await this.node.resources.close();
    this.settleAll();
  }

  /** Every ask settles: those still open when the node ends, also where actors run on, are rejected. */
  settleAll(): void {
    this.node.tasks.close();
    this.node.backlog.fail(
      () => true,
      () => new SystemClosedError('a message that waited for room'),
    );
    this.node.asks.rejectWhere(
      () => true,
      (ask) => new SystemClosedError(`ask '${ask.entry.name}' of ${ask.ref.path}`),
    );
    this.node.reports.flush();
    this.node.world.transport.flush();
    for (const closer of this.node.closers) closer();
    this.node.closers.clear();
  }

  /**
   * Another node has died, and `why`: its actors are gone, and with them the replies they owed. Those in `relocating` begin again
   * elsewhere; {@link relocated} says where.
   */
  nodeDown(node: NodeId, why: string, cause: Error | undefined, relocating: readonly string[] = []): void {
    const survivors = new Set(relocating);
    const wasThere = (id: ActorId): boolean => {
      const at = id.node === this.node.nodeId ? id : (this.node.locations.of(id) ?? id);
      return at !== 'pending' && at.node === node;
    };
    const lost = this.node.world.transport.drop(node);
    if (lost > 0) this.node.reports.deadLetterTo(`node ${node}`, 'messages on their way', 'nodeDown', lost);
    const options = cause && { cause };
    this.node.asks.rejectWhere(
      // One that still waits for room may go to where its actor begins again.
      (ask) => wasThere(ask.ref) && (ask.sent || !survivors.has(ask.ref.id)),
      (ask) =>
        new NodeDownError(
          node,
          `node ${node} went down before ${ask.ref.path} answered '${ask.entry.name}': ${why}`,
          options,
        ),
    );
    const error = new NodeDownError(node, `node ${node} went down: ${why}`, options);
    this.node.backlog.fail(
      (target) => wasThere(target) && !survivors.has(idOf(target)),
      () => new NodeDownError(node, `node ${node} went down: ${why}`, options),
    );
    this.node.watches.nodeDown(node, { type: 'nodeDown', error });
    this.node.relatives.nodeDown(node, (child) => survivors.has(idOf(child)));
    for (const id of relocating) this.node.locations.set(id, 'pending');
  }

  /** An actor whose node has died begins again at `to`; `undefined`: it doesn't after all. */
  relocated(id: string, to: ActorId | undefined): void {
    this.node.registry.relocated(id);
    if (to !== undefined) {
      this.node.locations.set(id, to);
      return this.node.backlog.retry();
    }
    this.node.locations.gone(id);
    const [node] = id.split('/');
    this.node.backlog.fail(
      (target) => idOf(target) === id,
      () => new NodeDownError(Number(node), `${id} could not begin again after node ${node} went down`),
    );
    for (const cell of this.node.cells.all()) {
      if (cell.belongings?.hasFar(id)) this.node.relatives.farChildStopped(cell, id);
    }
  }
}
