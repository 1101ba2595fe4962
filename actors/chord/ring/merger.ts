// What makes one ring of two again. A network that was cut, or a detector that was wrong about many nodes at once, leaves
// rings that don't know of each other any more, and stabilization alone never joins them (Shafaat, Ghodsi and Haridi,
// "Dealing with network partitions in structured overlay networks", 2009). So each node remembers whom it gave up, and
// asks them now and then whether they live: one that does may be in another ring.
import type { Context } from '../../../lib/index.ts';
import type { Identifier } from '../identifier.ts';
import { isBetween } from '../interval.ts';
import type { Lookups } from '../lookup/lookups.ts';
import type { ChordProtocol, Peer } from '../messages.ts';
import type { ChordParameters } from '../parameters.ts';
import { adoptList } from '../successorList.ts';
import type { Exchange } from './exchange.ts';
import type { Exchanges } from './exchanges.ts';
import type { Member } from './member.ts';
import { isGone } from './requests.ts';

/** Nodes given up that are remembered; of more, those given up last. */
const rememberedMax = 32;

/**
 * Takes `candidate` for the successor if it is nearer and answers. Gives the successor that it takes the place of, or
 * `undefined` where nothing has changed.
 */
export function* adoptNearer(member: Member, candidate: Peer): Exchange<Peer | undefined> {
  const { self, length, successor } = member;
  if (!isBetween(self.id, candidate.id, successor.id)) return undefined;
  const answer = yield { ask: 'state', of: candidate, copies: false };
  if (answer.kind !== 'state') return undefined;
  member.successors = adoptList(self, candidate, answer.successors, length);
  return successor;
}

export class Merger {
  private readonly ctx: Context<typeof ChordProtocol>;
  private readonly member: Member;
  private readonly exchanges: Exchanges;
  private readonly lookups: Lookups;
  private readonly parameters: ChordParameters;
  /** In the order in which they are to be asked. */
  private readonly lost = new Map<Identifier, Peer>();
  private isDue = false;
  /** Nodes of another ring that have become this node's successor. */
  merges = 0;

  constructor(
    ctx: Context<typeof ChordProtocol>,
    member: Member,
    exchanges: Exchanges,
    lookups: Lookups,
    parameters: ChordParameters,
  ) {
    this.ctx = ctx;
    this.member = member;
    this.exchanges = exchanges;
    this.lookups = lookups;
    this.parameters = parameters;
  }

  /** A node hasn't answered, and counts as dead from now on. */
  gaveUp(peer: Peer): void {
    if (this.parameters.mergeMs === 0 || peer.id === this.member.self.id) return;
    this.lost.set(peer.id, peer);
    const [oldest] = this.lost.keys();
    if (this.lost.size > rememberedMax) this.lost.delete(oldest!);
    this.schedule();
  }

  /**
   * Another ring has this candidate: takes it, if its place is here, or hands it on to the next node. Where it takes it,
   * the former successor is the next candidate, for the new one; so the two rings close like a zip.
   */
  async consider(candidate: Peer): Promise<void> {
    const { self, successor } = this.member;
    if (candidate.id === self.id || candidate.id === successor.id) return;
    if (!isBetween(self.id, candidate.id, successor.id)) {
      successor.ref.tell.consider(candidate);
      return;
    }
    const former = await this.exchanges.run(() => adoptNearer(this.member, candidate));
    if (former === undefined) return;
    this.merges++;
    candidate.ref.tell.notify(self);
    candidate.ref.tell.consider(former);
  }

  private schedule(): void {
    if (this.isDue || this.lost.size === 0) return;
    this.isDue = true;
    this.ctx.after(this.parameters.mergeMs * (0.5 + this.ctx.random()), () => {
      this.isDue = false;
      void this.probe().finally(() => this.schedule());
    });
  }

  /** Asks one of the nodes that were given up; if it lives in another ring, the two are to be one. */
  private async probe(): Promise<void> {
    const [peer] = this.lost.values();
    if (peer === undefined || this.member.phase !== 'member') return;
    this.lost.delete(peer.id);
    const sign = await this.signOf(peer);
    if (sign === 'gone') return;
    this.lost.set(peer.id, peer);
    if (sign === 'silent') return;
    const place = await this.lookups.place(this.member.self.id, peer);
    if (typeof place === 'string') return;
    if (place.successor.id !== this.member.self.id) await this.consider(place.successor);
    else if (await this.finds(peer)) this.lost.delete(peer.id);
  }

  /**
   * Whether this node's own ring leads to `peer`. That the other's leads here isn't enough to forget it: it may be about to
   * give up this node, as this one has given up all of that ring, and then nobody would know of the other any more.
   */
  private async finds(peer: Peer): Promise<boolean> {
    const outcome = await this.lookups.follow(peer.id, this.lookups.route(peer.id, []));
    return !('failed' in outcome) && outcome.owner.id === peer.id;
  }

  private async signOf(peer: Peer): Promise<'alive' | 'silent' | 'gone'> {
    try {
      const alive = await peer.ref.ask.ping({ timeoutMs: this.parameters.requestTimeoutMs });
      return alive ? 'alive' : 'gone';
    } catch (error) {
      return isGone(error) ? 'gone' : 'silent';
    }
  }
}
