// Where actors are whose node has died: a ref names the node an actor was first started on, and stays good when the
// actor begins again on another one.
import type { NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';

/** `pending`: it is about to begin again somewhere. */
export type Location = ActorId | 'pending';

export class Locations {
  private readonly byId = new Map<string, Location>();

  /** Where an actor is, if it isn't (any more) where its ref says. */
  of(id: ActorId): Location | undefined {
    return this.byId.size === 0 ? undefined : this.byId.get(idOf(id));
  }

  set(id: string, at: Location): void {
    this.byId.set(id, at);
  }

  /** It is nowhere any more. */
  gone(id: string): void {
    this.byId.delete(id);
  }
}

/** The id of a ref to that actor. */
export function idOf({ node, cell }: { readonly node: NodeId; readonly cell: number }): string {
  return `${node}/${cell}`;
}
