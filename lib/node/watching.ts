// Watching: a callback of an actor here, about the end of an actor here or on another node.
import type { Cell } from '../cell/cell.ts';
import type { CellWatching } from '../cell/host.ts';
import { NodeDownError } from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address, NodeId } from '../protocol/ref.ts';
import type { ActorNode } from './node.ts';

export class Watching implements CellWatching {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
  }

  watch(watcher: Cell, ref: Address, fn: (reason: StopReason) => unknown): () => void {
    const at = this.node.refs.where(ref);
    // About to begin again elsewhere: what was watched is gone.
    const target = at === 'pending' ? this.node.refs.identify(ref) : at;
    const { node, cell } = target;
    watcher.own().watches = true;
    const id = this.node.watches.add(watcher, ref, target, fn);
    if (node === this.node.nodeId) {
      this.watchedFrom(node, cell, id);
    } else if (!this.node.outbox.watch(node, cell, id)) {
      this.node.watches.fire(id, {
        type: 'nodeDown',
        error: new NodeDownError(node, `node ${node} is down`),
      });
    }
    return () => {
      if (this.node.watches.remove(id) !== undefined) this.unwatch(id, node, cell);
    };
  }

  /** An actor of `from` watches a cell of this node. */
  watchedFrom(from: NodeId, cell: number, watchId: number): void {
    const watched = this.node.cells.get(cell);
    if (watched !== undefined) {
      watched.watched = true;
      this.node.watches.addWatcher(cell, { node: from, watchId });
    } else if (from === this.node.nodeId) {
      this.node.watches.fire(watchId, { type: 'unknown' });
    } else {
      this.node.outbox.stopped(from, watchId, { type: 'unknown' });
    }
  }

  private unwatch(watchId: number, node: NodeId, cell: number): void {
    if (node === this.node.nodeId) this.node.watches.removeWatcher(cell, node, watchId);
    else this.node.outbox.unwatch(node, cell, watchId);
  }

  unwatchAll(cell: Cell): void {
    for (const { id, watch } of this.node.watches.removeAllOf(cell)) this.unwatch(id, watch.node, watch.cell);
  }

  /** A watched cell has stopped. */
  tellWatchers(cell: Cell, reason: StopReason): void {
    for (const { node, watchId } of this.node.watches.takeWatchers(cell.id)) {
      if (node === this.node.nodeId) this.node.watches.fire(watchId, reason);
      else this.node.outbox.stopped(node, watchId, reason);
    }
  }
}
