// The actors that begin again on another node when theirs dies: those that were started from another node (or by the
// app) and are supervised with `restart`. The host knows how each was spawned; children that their parent started on
// its own node come back with their parent.
import { type Backoff, RestartHistory } from '../cell/supervision.ts';
import { idOf } from '../node/locations.ts';
import type { Spawned, SpawnRequest } from '../node/world.ts';
import type { Placement } from '../protocol/context.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';

/** One such actor. */
export interface Relocatable {
  readonly trackId: number;
  readonly request: SpawnRequest;
  readonly on: Placement;
  /** Where it was first started: its identity. */
  home: Spawned | undefined;
  /** Where it is, or was until its node died. */
  at: Spawned | undefined;
  /** Its node has died, and it hasn't begun again yet. */
  pending: boolean;
  readonly history: RestartHistory;
}

export class Relocations {
  private readonly actors = new Map<number, Relocatable>();
  /** The same by their identity, once they have one. */
  private readonly byHome = new Map<string, Relocatable>();
  private lastId = 0;

  /** An actor is about to be started. */
  add(request: SpawnRequest, on: Placement): Relocatable {
    const trackId = ++this.lastId;
    const actor: Relocatable = {
      trackId,
      request: { ...request, trackId },
      on,
      home: undefined,
      at: undefined,
      pending: false,
      history: new RestartHistory(),
    };
    this.actors.set(trackId, actor);
    return actor;
  }

  /** It was started for the first time; it may have stopped since. */
  started(actor: Relocatable, home: Spawned): void {
    actor.home = home;
    actor.at = home;
    if (this.has(actor)) this.byHome.set(idOf(home), actor);
  }

  /** It has stopped, or was never started. */
  forget(trackId: number): Relocatable | undefined {
    const actor = this.actors.get(trackId);
    this.actors.delete(trackId);
    if (actor?.home !== undefined) this.byHome.delete(idOf(actor.home));
    return actor;
  }

  has({ trackId }: Relocatable): boolean {
    return this.actors.has(trackId);
  }

  /** The actor with this identity. */
  find(id: string): Relocatable | undefined {
    return this.byHome.get(id);
  }

  /** Where those are that have left the node they were first started on. */
  moved(): [id: string, at: ActorId | undefined][] {
    return [...this.actors.values()].flatMap(({ home, at, pending }) => {
      if (home === undefined || (at === home && !pending)) return [];
      return [[idOf(home), pending ? undefined : { node: at!.node, cell: at!.cell }]];
    });
  }

  /** Actors there are. */
  get size(): number {
    return this.actors.size;
  }

  /**
   * Those of a node that has died and whose parent lives; the others are forgotten: a parent that begins again starts
   * its children anew.
   */
  takeFrom(node: NodeId): Relocatable[] {
    const there = [...this.actors.values()].filter(({ at, pending }) => at?.node === node && !pending);
    const homes = new Set(there.map((actor) => idOf(actor.home!)));
    const isOrphan = ({ request: { parent } }: Relocatable): boolean =>
      parent !== undefined && (homes.has(idOf(parent)) || this.nodeOf(parent) === node);
    // Judged before any is forgotten: one may be another's parent.
    const survivors = there.filter((actor) => !isOrphan(actor));
    const surviving = new Set(survivors);
    for (const actor of there) if (!surviving.has(actor)) this.forget(actor.trackId);
    return survivors;
  }

  /** The node an actor's parent is on, if it has one. */
  parentNode({ request: { parent } }: Relocatable): NodeId | undefined {
    return parent && this.nodeOf(parent);
  }

  private nodeOf(parent: { readonly node: NodeId; readonly cell: number }): NodeId {
    return this.find(idOf(parent))?.at?.node ?? parent.node;
  }
}

/** Milliseconds until an actor may begin again; `undefined` when it has done so too often. */
export function delayOf({ request, history }: Relocatable, now: number): number | undefined {
  return history.next(request.relocation as Backoff, now, Math.random);
}
