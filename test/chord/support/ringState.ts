// The state of a whole ring as its invariants speak of it: who lives, what they believe, and which lists are on their
// way to be believed. Fed by an observer of the nodes; pure otherwise.
import type { Peer } from '../../../actors/chord/messages.ts';
import type { Member } from '../../../actors/chord/ring/member.ts';
import type { Observer } from '../../../actors/chord/ring/observer.ts';

/** A successor list that somebody will adopt. */
export interface ListOnItsWay {
  readonly asker: string;
  /** What the asker's list will be. */
  readonly list: readonly string[];
  /** Whose neighbour the first of the list will be: the asker's if it joins; else it is known to be its successor. */
  readonly behind: string | undefined;
}

export class RingState implements Observer {
  readonly r: number;
  /** Nodes that live, members or not yet. */
  readonly nodes = new Map<string, Member>();
  private readonly onTheWay = new Map<string, ListOnItsWay>();
  /** Grows with every change that an invariant might notice. */
  version = 0;

  constructor(r: number) {
    this.r = r;
  }

  started(member: Member): void {
    this.nodes.set(member.self.id, member);
    this.version++;
  }

  changed(member: Member): void {
    if (member.phase === 'left') this.died(member.self.id);
    this.version++;
  }

  listSent(from: Member, asker: Peer, attempt: number, copies: boolean): void {
    const list = from.successors.map(({ id }) => id);
    this.onTheWay.set(`${asker.id} ${attempt}`, {
      asker: asker.id,
      list: copies ? list : [from.self.id, ...list].slice(0, this.r),
      behind: copies ? asker.id : undefined,
    });
    this.version++;
  }

  listArrived(member: Member, attempt: number): void {
    if (this.onTheWay.delete(`${member.self.id} ${attempt}`)) this.version++;
  }

  /** The node is no more; nor is what was on its way to it. */
  died(id: string): void {
    this.nodes.delete(id);
    for (const [key, { asker }] of this.onTheWay) if (asker === id) this.onTheWay.delete(key);
    this.version++;
  }

  isLive(id: string): boolean {
    return this.nodes.get(id)?.phase === 'member';
  }

  /** Sorted identifiers of the live members. */
  members(): string[] {
    const ids: string[] = [];
    for (const [id, { phase }] of this.nodes) if (phase === 'member') ids.push(id);
    return ids.sort();
  }

  listOf(id: string): readonly Peer[] {
    return this.nodes.get(id)?.successors ?? [];
  }

  listsOnTheWay(): Iterable<ListOnItsWay> {
    return this.onTheWay.values();
  }
}
