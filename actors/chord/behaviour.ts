// The behaviour of a node: hands each message to the part that knows what to do. Its rounds are in ring/rounds.ts, how it
// joins in ring/joining.ts, lookups in lookup/ and values in storage/.
import type * as z from 'zod';
import type { Context, Handlers } from '../../lib/index.ts';
import { AlreadyAMemberError, NotAMemberError } from './errors.ts';
import { identifierOf, parseIdentifier } from './identifier.ts';
import { isOwnedBy } from './interval.ts';
import { Lookups } from './lookup/lookups.ts';
import type { ChordProtocol, ChordRef, LookupResult, NodeView, Peer } from './messages.ts';
import { type ChordParameters, checkParameters, spaceOf } from './parameters.ts';
import { correctedRules } from './ring/corrected.ts';
import { type FailureDetector, timeoutDetector } from './ring/detector.ts';
import type { Leaver, Rules } from './ring/exchange.ts';
import { Exchanges } from './ring/exchanges.ts';
import { findPlace } from './ring/joining.ts';
import { Member } from './ring/member.ts';
import { Merger } from './ring/merger.ts';
import type { NodeRing } from './ring/nodeRing.ts';
import type { Observer } from './ring/observer.ts';
import { Requests } from './ring/requests.ts';
import { Rounds } from './ring/rounds.ts';
import type { Entry, StoredRecord } from './storage/messages.ts';
import type { Version } from './storage/record.ts';
import type { SignedValue } from './storage/signing.ts';
import { Storage } from './storage/storage.ts';

type NodeContext = Context<typeof ChordProtocol>;

/** What a node is started with. */
export interface NodeArgs {
  readonly name?: string | undefined;
  readonly id?: string | undefined;
  readonly host: string;
  readonly parameters: ChordParameters;
}

/** The parts of a node that may be swapped. */
export interface BehaviourParts {
  /** Default: the corrected protocol. */
  rules?: Rules;
  /** Default: {@link timeoutDetector} with `requestAttempts`. Called once for each node. */
  detector?: (parameters: ChordParameters) => FailureDetector;
  observer?: Observer;
}

export class Node implements Handlers<typeof ChordProtocol> {
  private readonly ctx: NodeContext;
  private readonly parameters: ChordParameters;
  private readonly rules: Rules;
  private readonly observer: Observer | undefined;
  private readonly member: Member;
  private readonly exchanges: Exchanges;
  private readonly lookups: Lookups;
  private readonly storage: Storage;
  private readonly merger: Merger;
  private readonly ring: NodeRing;
  private readonly rounds: Rounds;
  private neighbours = '';

  constructor({ name, id, host, parameters }: NodeArgs, ctx: NodeContext, parts: BehaviourParts) {
    checkParameters(parameters);
    const space = spaceOf(parameters);
    this.ctx = ctx;
    this.parameters = parameters;
    this.rules = parts.rules ?? correctedRules;
    this.observer = parts.observer;
    const own = id === undefined ? identifierOf(name ?? ctx.self.id, space) : parseIdentifier(id, space);
    this.member = new Member({ id: own, host, ref: ctx.self }, parameters.successors, () => this.changed());
    const detector = parts.detector?.(parameters) ?? timeoutDetector(parameters.requestAttempts);
    const requests = new Requests(detector, parameters.requestTimeoutMs);
    this.lookups = new Lookups(this.member, requests, parameters);
    this.exchanges = new Exchanges(this.member, requests, parts.observer);
    this.merger = new Merger(ctx, this.member, this.exchanges, this.lookups, parameters);
    requests.onGivenUp = (peer) => this.merger.gaveUp(peer);
    this.storage = new Storage(ctx, this.member, this.lookups, requests, parameters, (error) =>
      this.fail(error),
    );
    this.ring = {
      ...{ ctx, parameters, member: this.member, rules: this.rules },
      ...{ exchanges: this.exchanges, lookups: this.lookups },
    };
    this.rounds = new Rounds(this.ring, (work) => this.guard(work));
    this.observer?.started(this.member);
  }

  // What an app asks for

  create(): void {
    this.enterOnce();
    this.become('member');
  }

  async join({ gateway }: { gateway: ChordRef }): Promise<void> {
    this.enterOnce();
    this.storage.holders.moving = true;
    try {
      await findPlace(this.ring, gateway);
    } catch (error) {
      if (this.member.phase === 'joining') this.member.phase = 'outside';
      throw error;
    }
    this.become('member');
    void this.rounds.run();
    void this.guard(() => this.storage.repair.fetchShare());
  }

  install(state: {
    successors: Peer[];
    predecessor?: Peer | undefined;
    fingers: { index: number; peer: Peer }[];
  }): void {
    this.enterOnce();
    this.member.successors = state.successors.slice(0, this.parameters.successors);
    this.member.predecessor = state.predecessor;
    for (const { index, peer } of state.fingers) this.member.fingers.set(index, peer);
    this.become('member');
  }

  async leave(): Promise<void> {
    this.mustBeMember('leave');
    if (!this.storage.isEmpty) await this.storage.repair.giveAway();
    this.rounds.stop();
    const { self, successor, successors, predecessor } = this.member;
    this.become('left');
    const notice = { peer: self, successors: [...successors], predecessor };
    for (const neighbour of [predecessor, successor]) {
      if (neighbour !== undefined && neighbour.id !== self.id) neighbour.ref.tell.leaving(notice);
    }
    this.ctx.after(this.parameters.lingerMs, () => this.ctx.stop());
  }

  async lookup({ key, mode }: { key: string; mode: 'iterative' | 'recursive' }): Promise<LookupResult> {
    parseIdentifier(key, spaceOf(this.parameters));
    this.mustBeMember('lookup');
    return mode === 'recursive' ? this.lookups.recursive(key, 0) : this.lookups.iterative(key);
  }

  view(): NodeView {
    const { self, phase, successors, predecessor, fingers } = this.member;
    const pointed = [];
    for (let index = 0; index < self.id.length * 4; index++) {
      const id = fingers.get(index)?.id;
      if (id !== undefined) pointed.push({ index, id });
    }
    return {
      id: self.id,
      phase,
      successors: successors.map(({ id }) => id),
      predecessor: predecessor?.id,
      fingers: pointed,
      rounds: this.rounds.count,
      merges: this.merger.merges,
    };
  }

  stabilize(): void {
    void this.rounds.run();
  }

  // What nodes say to each other

  state({
    asker,
    attempt,
    copies,
  }: {
    asker: Peer;
    attempt: number;
    copies: boolean;
  }): z.input<typeof ChordProtocol.state.reply> {
    if (this.member.phase === 'left') return { kind: 'left' };
    if (this.member.phase !== 'member') throw new NotAMemberError(this.member.self.id, 'asked for its state');
    this.observer?.listSent(this.member, asker, attempt, copies);
    return { kind: 'state', successors: [...this.member.successors], predecessor: this.member.predecessor };
  }

  notify(candidate: Peer): void {
    if (this.member.phase !== 'member') return;
    const { exchanges, rules, member } = this;
    void this.guard(() => exchanges.run(() => rules.rectify(member, candidate), !rules.runsOneAtATime));
  }

  consider(candidate: Peer): void {
    if (this.member.phase === 'member') void this.guard(() => this.merger.consider(candidate));
  }

  ping(): boolean {
    return this.member.phase !== 'left';
  }

  leaving(leaver: Leaver): void {
    if (this.member.phase !== 'member') return;
    this.member.fingers.remove(leaver.peer.id);
    if (this.rules.hint(this.member, leaver) === 'verify') void this.rounds.run();
    this.observer?.changed(this.member);
  }

  route({ key, without }: { key: string; without: string[] }): z.input<typeof ChordProtocol.route.reply> {
    if (this.member.phase === 'left') return { kind: 'left' };
    this.mustBeMember('a step of a lookup');
    const route = this.lookups.route(key, without);
    return { ...route, peers: [...route.peers] };
  }

  confirm({ key }: { key: string }): z.input<typeof ChordProtocol.confirm.reply> {
    if (this.member.phase === 'left') return { kind: 'left' };
    this.mustBeMember('a step of a lookup');
    const { self, predecessor } = this.member;
    if (predecessor === undefined || isOwnedBy(predecessor.id, key, self.id)) return { kind: 'owner' };
    return { kind: 'nearer', peer: predecessor };
  }

  async relay({ key, hops }: { key: string; hops: number }): Promise<LookupResult> {
    this.mustBeMember('a step of a lookup');
    return this.lookups.recursive(key, hops);
  }

  // Values

  put({
    key,
    value,
    ttlMs,
  }: {
    key: string;
    value: Uint8Array;
    ttlMs?: number | undefined;
  }): Promise<Version> {
    return this.stored('put', (storage) => storage.put(key, value, ttlMs));
  }

  get({ key }: { key: string }): Promise<{ value: Uint8Array; version: Version }> {
    return this.stored('get', (storage) => storage.get(key));
  }

  delete({ key }: { key: string }): Promise<Version> {
    return this.stored('delete', (storage) => storage.delete(key));
  }

  putHashed({ value, ttlMs }: { value: Uint8Array; ttlMs?: number | undefined }): Promise<string> {
    return this.stored('putHashed', (storage) => storage.putHashed(value, ttlMs));
  }

  getHashed({ hash }: { hash: string }): Promise<{ value: Uint8Array }> {
    return this.stored('getHashed', (storage) => storage.getHashed(hash));
  }

  putSigned({ ttlMs, ...signed }: SignedValue & { ttlMs?: number | undefined }): Promise<string> {
    return this.stored('putSigned', (storage) => storage.putSigned(signed, ttlMs));
  }

  getSigned({
    hash,
  }: {
    hash: string;
  }): Promise<{ value: Uint8Array; sequence: number; publicKey: Uint8Array }> {
    return this.stored('getSigned', (storage) => storage.getSigned(hash));
  }

  holders({ key }: { key: string }): z.input<typeof ChordProtocol.holders.reply> {
    const view = this.storage.holders.own(key);
    return view === undefined
      ? { kind: 'elsewhere' }
      : { kind: 'here', from: view.from, peers: [...view.peers] };
  }

  fetch({ id, values }: { id: string; values: boolean }): {
    record?: StoredRecord | undefined;
    moving: boolean;
  } {
    return this.storage.fetch(id, values);
  }

  store({ records }: { records: StoredRecord[] }): void {
    this.storage.store(records);
  }

  offer({ entries }: { entries: Entry[] }): { wanted: string[] } {
    return { wanted: this.storage.offer(entries) };
  }

  compare({ from, to, digest }: { from: string; to: string; digest: string }): { same: boolean } {
    return { same: this.storage.compare({ from, to }, digest) };
  }

  pull({ from, to, after }: { from: string; to: string; after?: string | undefined }): {
    records: StoredRecord[];
    done: boolean;
  } {
    return this.storage.pull({ from, to }, after);
  }

  holdings(): { records: number; tombstones: number; bytes: number; moving: boolean } {
    return this.storage.holdings();
  }

  private async stored<Result>(what: string, work: (storage: Storage) => Promise<Result>): Promise<Result> {
    this.mustBeMember(what);
    return work(this.storage);
  }

  // Entering and being

  private enterOnce(): void {
    if (this.member.phase !== 'outside') throw new AlreadyAMemberError(this.member.self.id);
    this.member.phase = 'joining';
  }

  private become(phase: 'member' | 'left'): void {
    this.member.phase = phase;
    this.observer?.changed(this.member);
    if (phase === 'member') this.rounds.schedule();
  }

  private mustBeMember(what: string): void {
    if (this.member.phase !== 'member') throw new NotAMemberError(this.member.self.id, what);
  }

  /** Successor list or predecessor were set. */
  private changed(): void {
    this.observer?.changed(this.member);
    const { predecessor, successors } = this.member;
    const neighbours = `${predecessor?.id} ${successors.map(({ id }) => id).join(' ')}`;
    if (neighbours === this.neighbours) return;
    this.neighbours = neighbours;
    // While the constructor runs there is no storage yet.
    if (this.storage !== undefined && !this.storage.isEmpty) this.storage.repair.soon();
  }

  /** Runs what no message waits for; if it fails, the node does. */
  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    // A node that has ended meanwhile fails no more: its timers don't run.
    this.ctx.after(0, () => {
      throw error;
    });
  }
}
