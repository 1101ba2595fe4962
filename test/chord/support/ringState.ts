// The state of a whole ring as its invariants speak of it: who lives, what they believe, and which lists are on their
// way to be believed. Fed by an observer of the nodes; pure otherwise.
import { isBetween } from '../../../actors/chord/interval.ts';
import type { Peer } from '../../../actors/chord/messages.ts';
import type { Member } from '../../../actors/chord/ring/member.ts';
import type { Observer } from '../../../actors/chord/ring/observer.ts';

/** A successor list that somebody will adopt. */
export interface ListOnItsWay {
  readonly asker: string;
  /** Who has sent it. */
  readonly from: string;
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
  /** What invariants have seen of each member. */
  private readonly known = new WeakMap<Member, Pick<Member, 'phase' | 'successors'>>();
  private sorted: readonly string[] = [];
  private sortedAt = -1;
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
    const known = this.known.get(member);
    const { phase, successors } = member;
    if (known !== undefined && known.phase === phase && known.successors === successors) return;
    this.known.set(member, { phase, successors });
    this.version++;
  }

  listSent(from: Member, asker: Peer, attempt: number, copies: boolean): void {
    const list = from.successors.map(({ id }) => id);
    // A joining node goes on to the next node, if its place isn't here.
    if (copies && list[0] !== undefined && !isBetween(from.self.id, asker.id, list[0])) return;
    this.onTheWay.set(`${asker.id} ${attempt}`, {
      asker: asker.id,
      from: from.self.id,
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
  members(): readonly string[] {
    if (this.sortedAt === this.version) return this.sorted;
    const ids: string[] = [];
    for (const [id, { phase }] of this.nodes) if (phase === 'member') ids.push(id);
    this.sorted = ids.sort();
    this.sortedAt = this.version;
    return this.sorted;
  }

  listOf(id: string): readonly Peer[] {
    return this.nodes.get(id)?.successors ?? [];
  }

  listsOnTheWay(): Iterable<ListOnItsWay> {
    return this.onTheWay.values();
  }
}
