// Who watches whom. The watcher's node keeps the callbacks, the watched actor's node keeps who to tell.
import type { Cell } from '../cell/cell.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address, NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';

type Callback = (reason: StopReason) => unknown;

/** A watch by an actor of this node. */
interface Watch {
  readonly watcher: Cell;
  readonly ref: Address;
  readonly node: NodeId;
  readonly cell: number;
  readonly fn: Callback;
}

/** Who to tell when a cell of this node stops. */
export interface Watcher {
  readonly node: NodeId;
  readonly watchId: number;
}

export class WatchTable {
  private readonly watches = new Map<number, Watch>();
  private readonly byWatcher = new Map<Cell, Set<number>>();
  private readonly watchersOf = new Map<number, Watcher[]>();
  private lastId = 0;

  /** Watches by actors of this node. */
  get size(): number {
    return this.watches.size;
  }

  /** An actor of this node starts watching; returns the watch's id. */
  add(watcher: Cell, ref: Address, at: ActorId, fn: Callback): number {
    const id = ++this.lastId;
    this.watches.set(id, { watcher, ref, node: at.node, cell: at.cell, fn });
    let own = this.byWatcher.get(watcher);
    if (own === undefined) {
      own = new Set();
      this.byWatcher.set(watcher, own);
    }
    own.add(id);
    return id;
  }

  /** Who is watched. */
  target(id: number): Address | undefined {
    return this.watches.get(id)?.ref;
  }

  /** Ends a watch; returns it if it was still there. */
  remove(id: number): Watch | undefined {
    const watch = this.watches.get(id);
    if (watch === undefined) return undefined;
    this.watches.delete(id);
    const own = this.byWatcher.get(watch.watcher);
    own?.delete(id);
    if (own?.size === 0) this.byWatcher.delete(watch.watcher);
    return watch;
  }

  /** The watched actor has stopped: the callback becomes a turn of the watcher. */
  fire(id: number, reason: StopReason): void {
    const watch = this.remove(id);
    watch?.watcher.addTurn('a watch callback', () => watch.fn(reason));
  }

  /** Fires every watch on actors of `node`. */
  nodeDown(node: NodeId, reason: StopReason): void {
    for (const [id, watch] of [...this.watches]) if (watch.node === node) this.fire(id, reason);
    for (const [cell, watchers] of this.watchersOf) {
      const left = watchers.filter((watcher) => watcher.node !== node);
      if (left.length > 0) this.watchersOf.set(cell, left);
      else this.watchersOf.delete(cell);
    }
  }

  /** Ends all watches of an actor that has stopped; returns them, for the nodes that keep the other side. */
  removeAllOf(watcher: Cell): { readonly id: number; readonly watch: Watch }[] {
    const ids = [...(this.byWatcher.get(watcher) ?? [])];
    return ids.flatMap((id) => {
      const watch = this.remove(id);
      return watch === undefined ? [] : [{ id, watch }];
    });
  }

  /** Somebody, here or elsewhere, watches a cell of this node. */
  addWatcher(cell: number, watcher: Watcher): void {
    const watchers = this.watchersOf.get(cell);
    if (watchers === undefined) this.watchersOf.set(cell, [watcher]);
    else watchers.push(watcher);
  }

  watcherCount(cell: number): number {
    return this.watchersOf.get(cell)?.length ?? 0;
  }

  removeWatcher(cell: number, node: NodeId, watchId: number): void {
    const watchers = this.watchersOf.get(cell)?.filter((w) => w.node !== node || w.watchId !== watchId);
    if (watchers === undefined) return;
    if (watchers.length === 0) this.watchersOf.delete(cell);
    else this.watchersOf.set(cell, watchers);
  }

  /** Who to tell that `cell` has stopped; forgets them. */
  takeWatchers(cell: number): readonly Watcher[] {
    const watchers = this.watchersOf.get(cell) ?? [];
    this.watchersOf.delete(cell);
    return watchers;
  }
}
