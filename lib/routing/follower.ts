// Who is in a pool that starts nobody: refs until their actors are gone, or the members of a group as they change.
import type { ActorRef } from '../node/refs.ts';
import type { Definition } from '../protocol/actor.ts';
import type { Context } from '../protocol/context.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address } from '../protocol/ref.ts';
import { Member, type Roster } from './roster.ts';

/** How long until another look at an actor that begins again elsewhere. */
const lookAgainMs = 50;

export class Follower {
  private readonly context: Context;
  private readonly roster: Roster;
  private readonly members = new Map<string, Member>();
  private readonly stopped: Promise<void>;

  constructor(context: Context, roster: Roster) {
    this.context = context;
    this.roster = roster;
    this.stopped = new Promise((resolve) => {
      context.onStop(() => {
        roster.close();
        resolve();
      });
    });
  }

  /** Each is a member until its actor is gone for good. */
  watchAll(refs: readonly ActorRef[]): void {
    this.set(refs);
    for (const member of this.members.values()) this.watch(member);
  }

  /** From now on the members are those of a group; resolves when the present ones are in. */
  async followGroup(definition: Definition, name: string): Promise<void> {
    const group = this.context.group(definition, name);
    // Asked first: a watcher isn't told that its definition is another one than the members'.
    this.set((await group.members()) as unknown as readonly ActorRef[]);
    group.watch((present) => this.set(present as unknown as readonly ActorRef[]));
  }

  stop(): Promise<void> {
    this.roster.close();
    this.context.stop();
    return this.stopped;
  }

  /** Brings the roster to these members: those that stay keep their slots. */
  private set(present: readonly ActorRef[]): void {
    const { members, roster } = this;
    if (roster.closed) return;
    const ids = new Set(present.map(({ id }) => id));
    for (const [id, member] of members) if (!ids.has(id)) this.leave(member);
    const joining = present.filter(({ id }) => !members.has(id));
    const room = roster.vacant.size;
    // All at once: with each size more keys move.
    if (joining.length > room) roster.resize(roster.size + joining.length - room);
    let slot = 0;
    for (const ref of joining) {
      while (roster.slots[slot] !== undefined) slot++;
      const member = new Member(slot, ref);
      members.set(ref.id, member);
      roster.join(member);
    }
  }

  private leave(member: Member): void {
    const { members, roster } = this;
    members.delete(member.ref.id);
    roster.leave(member, true);
    let { size } = roster;
    while (size > 0 && roster.vacant.has(size - 1)) size--;
    if (size < roster.size) roster.resize(size);
  }

  private watch(member: Member): void {
    this.context.watch(member.ref as Address, (reason) => this.ended(member, reason));
  }

  private ended(member: Member, { type }: StopReason): void {
    const { context, roster } = this;
    if (roster.closed) return;
    // Its node has died, and it begins again elsewhere under the same ref.
    if (type === 'nodeDown' && member.pushesBack) {
      context.after(lookAgainMs, () =>
        member.pushesBack ? this.ended(member, { type } as StopReason) : this.watch(member),
      );
    } else this.leave(member);
  }
}
