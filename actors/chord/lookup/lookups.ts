// The lookups of one node: iterative ones, which it leads itself, and its part in recursive ones.
import { LookupFailedError } from '../errors.ts';
import type { Identifier } from '../identifier.ts';
import type { LookupResult, Peer } from '../messages.ts';
import type { ChordParameters } from '../parameters.ts';
import type { Place } from '../ring/exchange.ts';
import type { Member } from '../ring/member.ts';
import type { Requests } from '../ring/requests.ts';
import {
  findOwner,
  type Lookup,
  type LookupAnswer,
  type LookupOutcome,
  type LookupQuestion,
} from './find.ts';
import { type Route, routeTo } from './route.ts';

const nobody: ReadonlySet<Identifier> = new Set();

export class Lookups {
  private readonly member: Member;
  private readonly requests: Requests;
  private readonly parameters: ChordParameters;

  constructor(member: Member, requests: Requests, parameters: ChordParameters) {
    this.member = member;
    this.requests = requests;
    this.parameters = parameters;
  }

  /** This node's answer to one step. */
  route(key: Identifier, without: readonly Identifier[]): Route {
    const excluded = without.length === 0 ? nobody : new Set(without);
    return routeTo(this.member, key, excluded, this.parameters.candidates);
  }

  /** The nodes on both sides of `key`, found from a node that isn't this one; or why there are none. */
  async place(key: Identifier, gateway: Peer): Promise<Place | string> {
    const dead: Identifier[] = [];
    for (;;) {
      const first = await this.put(key, { ask: 'route', of: gateway, without: dead });
      if (first.kind !== 'owners' && first.kind !== 'closer') return 'the gateway is dead';
      const outcome = await this.drive(key, findOwner(gateway, first, this.parameters.hopsMax, dead));
      if ('failed' in outcome) return outcome.failed;
      const { before, owner } = outcome;
      if (before === undefined) return 'the node there does not know its predecessor yet';
      if (await this.isAlive(before)) return { before, successor: owner };
      if (dead.includes(before.id)) return 'the node before it is dead';
      // Whoever named it doesn't know yet, and may know one before that.
      dead.push(before.id);
    }
  }

  /** Leads a lookup that begins with `first`: by default with what this node knows itself. */
  async iterative(key: Identifier, first: Route = this.route(key, [])): Promise<LookupResult> {
    const outcome = await this.follow(key, first);
    if ('failed' in outcome) throw new LookupFailedError(key, outcome.failed);
    return outcome;
  }

  /** The same as an outcome, for the node's own rounds, where a failure is no news. */
  async follow(key: Identifier, first: Route): Promise<LookupOutcome> {
    return this.drive(key, findOwner(this.member.self, first, this.parameters.hopsMax));
  }

  private async drive(key: Identifier, lookup: Lookup): Promise<LookupOutcome> {
    let step = lookup.next();
    while (step.done !== true) step = lookup.next(await this.put(key, step.value));
    return step.value;
  }

  /** Hands a lookup on to the next node, and its result back. `hops`: nodes it has come by so far. */
  async recursive(key: Identifier, hops: number): Promise<LookupResult> {
    const dead = new Set<Identifier>();
    while (hops <= this.parameters.hopsMax) {
      const route = routeTo(this.member, key, dead, this.parameters.candidates);
      const next = route.peers.findIndex(({ id }) => !dead.has(id));
      if (next < 0) throw new LookupFailedError(key, 'all nodes on the way are dead');
      if (route.kind === 'owners') return this.arrive(key, route, hops, dead.size);
      const peer = route.peers[next]!;
      // As long as the rest of the way may take; the detector judges the next node by its pings.
      const result = await this.requests.askLong(peer, (options) =>
        peer.ref.ask.relay({ key, hops: hops + 1 }, options),
      );
      if (result !== undefined) return { ...result, timeouts: result.timeouts + dead.size };
      dead.add(peer.id);
      this.forget(peer);
    }
    throw new LookupFailedError(key, `after ${this.parameters.hopsMax} steps it has not arrived`);
  }

  /** The end of a recursive lookup: this node knows the key's, and asks it. */
  private async arrive(key: Identifier, route: Route, hops: number, timeouts: number): Promise<LookupResult> {
    const found = await this.iterative(key, route);
    return { ...found, hops: hops + found.hops, timeouts: timeouts + found.timeouts };
  }

  private async put(key: Identifier, question: LookupQuestion): Promise<LookupAnswer> {
    const { of } = question;
    if (question.ask === 'confirm') return this.confirm(key, of);
    if (of.id === this.member.self.id) return this.route(key, question.without);
    const without = [...question.without];
    const reply = await this.requests.ask(of, (options) => of.ref.ask.route({ key, without }, options));
    if (reply !== undefined && reply.kind !== 'left') return reply;
    this.forget(of);
    return { kind: 'dead' };
  }

  private async isAlive(peer: Peer): Promise<boolean> {
    return (await this.requests.ask(peer, (options) => peer.ref.ask.ping(options))) === true;
  }

  private async confirm(key: Identifier, peer: Peer): Promise<LookupAnswer> {
    const reply = await this.requests.ask(peer, (options) => peer.ref.ask.confirm({ key }, options));
    if (reply !== undefined && reply.kind !== 'left') return reply;
    this.forget(peer);
    return { kind: 'dead' };
  }

  /** Fingers are hints: one that doesn't answer goes at once. The successor list is stabilization's. */
  private forget(peer: Peer): void {
    this.member.fingers.remove(peer.id);
  }
}
