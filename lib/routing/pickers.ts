// The strategies: which member takes a message, and who else could.
import { hashOf, rehash, slotOf } from './hash.ts';
import type { Settings } from './options.ts';
import { PartitionTable } from './partitions.ts';
import type { Member, Roster, RosterListener } from './roster.ts';

export interface Picker {
  /** Whether any member may take any message: then one that pushes back is passed over. */
  readonly anybody: boolean;
  /** Who takes a message; `undefined`: nobody for now. */
  pick(message: unknown, name: string): Member | undefined;
  /** Another one that could; `undefined` where there is none. */
  another(than: Member, message: unknown, name: string): Member | undefined;
}

export function pickerOf(route: Settings['route'], roster: Roster, random: () => number): Picker {
  switch (route) {
    case 'round-robin':
      return new RoundRobin(roster);
    case 'random':
      return new AtRandom(roster, random);
    case 'least-loaded':
      return new LeastLoaded(roster);
    default:
      return route.partitions > 0 ? new ByPartition(roster, route) : new ByHash(roster, route);
  }
}

/** The one behind it in the rotation, which takes what it doesn't. */
function successor({ rotation }: Roster, member: Member): Member | undefined {
  const at = rotation.indexOf(member);
  const next = rotation[(at + 1) % rotation.length];
  return next === member ? undefined : next;
}

export class RoundRobin implements Picker {
  readonly anybody = true;
  private readonly roster: Roster;
  private turn = 0;

  constructor(roster: Roster) {
    this.roster = roster;
  }

  pick(): Member | undefined {
    const { rotation } = this.roster;
    if (this.turn >= rotation.length) this.turn = 0;
    return rotation[this.turn++];
  }

  another(than: Member): Member | undefined {
    const next = this.pick();
    return next === than ? successor(this.roster, than) : next;
  }
}

class AtRandom implements Picker {
  readonly anybody = true;
  private readonly roster: Roster;
  private readonly random: () => number;

  constructor(roster: Roster, random: () => number) {
    this.roster = roster;
    this.random = random;
  }

  pick(): Member | undefined {
    const { rotation } = this.roster;
    return rotation[Math.floor(this.random() * rotation.length)];
  }

  another(than: Member): Member | undefined {
    const { rotation } = this.roster;
    const others = rotation.length - (rotation.includes(than) ? 1 : 0);
    const member = rotation[Math.floor(this.random() * others)];
    // The place of the one that is left out goes to the last.
    return member === than ? rotation[others] : member;
  }
}

class LeastLoaded implements Picker {
  readonly anybody = true;
  private readonly roster: Roster;
  private turn = 0;

  constructor(roster: Roster) {
    this.roster = roster;
  }

  pick(): Member | undefined {
    return this.least(undefined);
  }

  another(than: Member): Member | undefined {
    return this.least(than);
  }

  /** Of those that push back only if all do. */
  private least(than: Member | undefined): Member | undefined {
    const { rotation } = this.roster;
    const first = this.turn++ % Math.max(rotation.length, 1);
    let least: Member | undefined;
    let leastLoad = Number.POSITIVE_INFINITY;
    for (let i = 0; i < rotation.length; i++) {
      const member = rotation[(first + i) % rotation.length]!;
      if (member === than) continue;
      const load = member.pushesBack ? Number.MAX_VALUE : member.open;
      if (load >= leastLoad) continue;
      least = member;
      leastLoad = load;
      if (load === 0) break;
    }
    return least;
  }
}

/** How often a hash is looked up again for a slot that isn't vacant before the slots are gone through. */
const lookUpsMax = 64;

class ByHash implements Picker {
  readonly anybody = false;
  private readonly roster: Roster;
  private readonly key: (message: never, name: string) => string | number;

  constructor(roster: Roster, { key }: { key: (message: never, name: string) => string | number }) {
    this.roster = roster;
    this.key = key;
  }

  pick(message: unknown, name: string): Member | undefined {
    const { slots, size, vacant } = this.roster;
    if (size === 0) return undefined;
    const hash = hashOf(this.key(message as never, name));
    const slot = slotOf(hash, size);
    // While a member is replaced, its keys wait for the next one.
    return vacant.size === 0 || !vacant.has(slot) ? slots[slot] : this.instead(hash, () => true);
  }

  another(than: Member, message: unknown, name: string): Member | undefined {
    return this.instead(hashOf(this.key(message as never, name)), (member) => member !== than);
  }

  /** The next place of a key: only keys of slots that are vacant for good have to move. */
  private instead(hash: number, suits: (member: Member) => boolean): Member | undefined {
    const { slots, size } = this.roster;
    let next = hash;
    for (let i = 0; i < lookUpsMax; i++) {
      next = rehash(next);
      const member = slots[slotOf(next, size)];
      if (member !== undefined && suits(member)) return member;
    }
    const others = this.roster.rotation.filter(suits);
    return others[hash % others.length];
  }
}

/** How many partitions move at a time: each move costs what its new owner has to find out anew. */
const movesMax = 16;

export class ByPartition implements Picker, RosterListener {
  readonly anybody = false;
  readonly table: PartitionTable;
  private readonly roster: Roster;
  private readonly key: (message: never, name: string) => string | number;

  constructor(
    roster: Roster,
    { key, partitions }: { key: (message: never, name: string) => string | number; partitions: number },
  ) {
    this.roster = roster;
    this.key = key;
    this.table = new PartitionTable(partitions);
    this.joinedSlots = new Set();
    roster.listener = this;
  }

  private readonly joinedSlots: Set<number>;

  joined({ slot }: Member): void {
    // One that takes the place of another has its partitions.
    if (this.joinedSlots.has(slot)) return;
    this.joinedSlots.add(slot);
    this.table.join(slot);
  }

  left({ slot }: Member, forGood: boolean): void {
    if (!forGood) return;
    this.joinedSlots.delete(slot);
    this.table.leave(slot);
  }

  pick(message: unknown, name: string): Member | undefined {
    const { table } = this;
    const partition = hashOf(this.key(message as never, name)) % table.count;
    table.used(partition);
    return this.roster.slots[table.ownerOf(partition)];
  }

  another(than: Member): Member | undefined {
    return successor(this.roster, than);
  }

  rebalance(): void {
    this.table.rebalance(movesMax);
  }
}
