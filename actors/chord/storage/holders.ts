// Where a key's copies are, and how one talks to each: the node itself among them without a message.
import type { Identifier } from '../identifier.ts';
import type { Lookups } from '../lookup/lookups.ts';
import type { Peer } from '../messages.ts';
import { type ChordParameters, spaceOf } from '../parameters.ts';
import { isResponsible } from '../ring/corrected.ts';
import type { Member } from '../ring/member.ts';
import type { Requests } from '../ring/requests.ts';
import type { Entry, StoredRecord } from './messages.ts';
import { checkProof } from './record.ts';
import type { Shelf } from './shelf.ts';

/** The nodes that hold the keys from (excluded) to the first of them (included). */
export interface HolderView {
  readonly from: Identifier;
  readonly peers: readonly Peer[];
}

/** What one holder has. */
export interface Held {
  readonly peer: Peer;
  readonly record: StoredRecord | undefined;
  readonly moving: boolean;
}

export class Holders {
  readonly member: Member;
  private readonly shelf: Shelf;
  private readonly lookups: Lookups;
  private readonly requests: Requests;
  private readonly parameters: ChordParameters;
  /** True from a join until the values that this node should hold have come. */
  moving = false;

  constructor(
    member: Member,
    shelf: Shelf,
    lookups: Lookups,
    requests: Requests,
    parameters: ChordParameters,
  ) {
    this.member = member;
    this.shelf = shelf;
    this.lookups = lookups;
    this.requests = requests;
    this.parameters = parameters;
  }

  /** The holders of a key this node is responsible for; `undefined` for another one. */
  own(key: Identifier): HolderView | undefined {
    const { self, successors, predecessor } = this.member;
    if (this.member.phase !== 'member' || !isResponsible(this.member, key)) return undefined;
    return {
      from: predecessor?.id ?? self.id,
      peers: onDistinctHosts([self, ...successors], this.parameters.replicas),
    };
  }

  /** The holders of any key; `undefined` when the ring doesn't agree on its node just now. Throws `LookupFailedError`. */
  async of(key: Identifier): Promise<HolderView | undefined> {
    const own = this.own(key);
    if (own !== undefined) return own;
    const { owner, skipped, successors, before } = await this.lookups.iterative(key);
    if (skipped.length > 0 && before !== undefined) {
      // The key's node is dead, and those after it don't know yet. Its copies are where they were, the one before it says.
      const peers = onDistinctHosts([...skipped, owner, ...successors], this.parameters.replicas);
      return { from: before.id, peers };
    }
    if (this.isSelf(owner)) return this.own(key);
    const reply = await this.requests.ask(owner, (options) => owner.ref.ask.holders({ key }, options));
    return reply?.kind === 'here' ? reply : undefined;
  }

  isSelf(peer: Peer): boolean {
    return peer.id === this.member.self.id;
  }

  /** What `peer` holds under `id`; `undefined` when it doesn't answer, or gives what isn't what it should be. */
  async fetch(peer: Peer, id: Identifier, values: boolean): Promise<Held | undefined> {
    if (this.isSelf(peer)) return { peer, record: this.shelf.get(id), moving: this.moving };
    const reply = await this.requests.ask(peer, (options) => peer.ref.ask.fetch({ id, values }, options));
    if (reply === undefined) return undefined;
    if (values && reply.record !== undefined && !this.isProven(reply.record)) return undefined;
    return { peer, record: reply.record, moving: reply.moving };
  }

  /** Whether `peer` keeps the records now, or something newer. */
  async store(peer: Peer, records: readonly StoredRecord[]): Promise<boolean> {
    if (this.isSelf(peer)) {
      for (const record of records) this.shelf.put(record);
      return true;
    }
    const batch = [...records];
    const stored = await this.requests.ask(peer, async (options) => {
      await peer.ref.ask.store({ records: batch }, options);
      return true;
    });
    return stored === true;
  }

  /** Which of the entries `peer` lacks; `undefined` when it doesn't answer. */
  async offer(peer: Peer, entries: readonly Entry[]): Promise<readonly Identifier[] | undefined> {
    const offered = [...entries];
    const reply = await this.requests.ask(peer, (options) =>
      peer.ref.ask.offer({ entries: offered }, options),
    );
    return reply?.wanted;
  }

  async holdTheSame(
    peer: Peer,
    range: { from: Identifier; to: Identifier },
    digest: string,
  ): Promise<boolean> {
    const reply = await this.requests.ask(peer, (options) =>
      peer.ref.ask.compare({ ...range, digest }, options),
    );
    return reply?.same === true;
  }

  /** A page of the records of `peer` in a range. */
  async pull(
    peer: Peer,
    range: { from: Identifier; to: Identifier; after?: Identifier | undefined },
  ): Promise<{ records: StoredRecord[]; done: boolean } | undefined> {
    const page = await this.requests.ask(peer, (options) => peer.ref.ask.pull(range, options));
    return page && { ...page, records: page.records.filter((record) => this.isProven(record)) };
  }

  private isProven(record: StoredRecord): boolean {
    try {
      checkProof(record, spaceOf(this.parameters));
      return true;
    } catch {
      return false;
    }
  }
}

/** The first `count` of them that don't share a host with one before. */
export function onDistinctHosts(peers: readonly Peer[], count: number): Peer[] {
  const hosts = new Set<string>();
  const chosen: Peer[] = [];
  for (const peer of peers) {
    if (chosen.length === count) break;
    if (peer.host !== '' && hosts.has(peer.host)) continue;
    hosts.add(peer.host);
    chosen.push(peer);
  }
  return chosen;
}
