// Takes each message of a pool to a member: what `pool.tell`, `pool.send`, `pool.ask`, `pool.broadcast` and
// `pool.gather` do.
import { timeoutOf } from '../node/sender.ts';
import type { Context } from '../protocol/context.ts';
import { ActorStoppedError, AskTimeoutError, NotEnoughRepliesError } from '../protocol/errors.ts';
import type { AskOptions } from '../protocol/ref.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import { Deadlines } from './deadlines.ts';
import { checkGather, type Gathered, Gathering, type GatherOptions, planOf } from './gathering.ts';
import { type Copier, type CopyPool, Hedging, Tying } from './hedging.ts';
import type { Settings } from './options.ts';
import { ByPartition, type Picker, pickerOf } from './pickers.ts';
import { Probation } from './probation.ts';
import type { FaceMethods, Member, Roster } from './roster.ts';

/** With members on two threads by turns, one in 16 searches by chance finds nobody on the other one. */
const looksForAnotherNode = 4;

export class Router implements CopyPool {
  readonly roster: Roster;
  readonly picker: Picker;
  readonly deadlines: Deadlines;
  readonly probation: Probation | undefined;
  readonly copier: Copier | undefined;
  private readonly context: Context;
  /** Whether somebody wants to know how many asks are open, or how long they take. */
  private readonly tracks: boolean;
  asks = 0;

  constructor(context: Context, roster: Roster, settings: Settings) {
    this.context = context;
    this.roster = roster;
    this.picker = pickerOf(settings.route, roster, () => context.random());
    this.deadlines = new Deadlines(context);
    this.probation = settings.probation && new Probation(settings.probation, roster, () => context.now());
    if (settings.hedge !== undefined) this.copier = new Hedging(this, settings.hedge);
    else if (settings.tie !== undefined) this.copier = new Tying(this, settings.tie);
    this.rebalance(settings.route);
    this.tracks = settings.route === 'least-loaded' || this.probation !== undefined;
  }

  private rebalance(route: Settings['route']): void {
    const { picker } = this;
    if (!(picker instanceof ByPartition) || typeof route !== 'object') return;
    const { rebalanceEveryMs } = route;
    if (rebalanceEveryMs === Number.POSITIVE_INFINITY) return;
    this.context.every(rebalanceEveryMs, () => picker.rebalance());
  }

  now(): number {
    return this.context.now();
  }

  pick(message: unknown, name: string): Member | undefined {
    return this.picker.pick(message, name);
  }

  /**
   * Who else could take a message, on another thread if that is easily found: what holds a member up (a handler that
   * computes, a collection of the heap, the machine) often holds its whole thread up. By key the order of places is fixed.
   */
  another(than: Member, message: unknown, name: string): Member | undefined {
    const { picker } = this;
    let other = picker.another(than, message, name);
    for (let i = 1; picker.anybody && i < looksForAnotherNode; i++) {
      if (other?.ref.node !== than.ref.node) break;
      other = picker.another(than, message, name);
    }
    return other;
  }

  took(entry: MessageEntry, member: Member, ms: number): void {
    this.probation?.took(entry, member, ms);
  }

  /** A tell that `tried`, the first choice, hasn't taken. */
  tellOther(name: string, message: unknown, tried: unknown): boolean {
    const { roster, picker } = this;
    // No receiver: a dead letter, as with the ref of an actor that has stopped.
    if (roster.rotation.length === 0 && roster.ended) return tellTo(roster.anyRef.tell, name, message);
    if (!picker.anybody) return false;
    for (const member of roster.rotation) {
      if (member.tell === tried || member.pushesBack) continue;
      if (tellTo(member.tell, name, message)) return true;
    }
    return false;
  }

  send(entry: MessageEntry, message: unknown): Promise<void> {
    const member = this.choose(message, entry.name);
    const ref = member?.ref ?? this.roster.anyRef;
    if (member !== undefined || this.roster.ended) return ref.sender.send(ref, entry, message);
    // Between two members: the message is checked and kept as it is now.
    const { copies } = ref.sender;
    const kept = copies.keep(ref, entry, message);
    return new Promise<void>((resolve) => {
      const attempt = (): void => {
        const there = this.choose(kept.value, entry.name)?.ref ?? (this.roster.ended ? ref : undefined);
        if (there === undefined) this.roster.whenChanged(attempt);
        else resolve(copies.send(there, kept));
      };
      this.roster.whenChanged(attempt);
    });
  }

  ask(entry: MessageEntry, message: unknown, options: AskOptions | undefined): Promise<unknown> {
    const { name } = entry;
    this.asks++;
    const member = this.choose(message, name);
    if (member === undefined) return this.askLater(entry, message, options);
    const { ref } = member;
    if (this.copier?.serves(name)) {
      this.probation?.shadow(entry, message);
      return this.copier.ask(member, entry, message, options);
    }
    const reply = ref.sender.ask(ref, entry, message, options);
    if (this.tracks) this.track(member, entry, message, reply);
    return reply;
  }

  /** Tells everybody; returns how many have accepted. */
  broadcast(entry: MessageEntry, message: unknown): number {
    const { name } = entry;
    const faces = this.everybody().map((member) => member.tell);
    if (faces.length === 0 && (this.roster.ended || !this.roster.isOpen)) faces.push(this.roster.anyRef.tell);
    let accepted = 0;
    for (const face of faces) if (tellTo(face, name, message)) accepted++;
    return this.roster.ended ? 0 : accepted;
  }

  gather(
    entry: MessageEntry,
    message: unknown,
    options: GatherOptions | undefined,
  ): Promise<Gathered<unknown>> {
    const ref = this.roster.anyRef;
    const kept = ref.sender.copies.keep(ref, entry, message);
    if (this.roster.ended) return Promise.reject(new ActorStoppedError(ref.path, entry.name));
    checkGather(options, this.roster.isOpen ? Number.POSITIVE_INFINITY : this.roster.size);
    const begin = (leftMs: number): Promise<Gathered<unknown>> | undefined => {
      if (this.roster.ended) return Promise.reject(new ActorStoppedError(ref.path, entry.name));
      const members = this.everybody();
      // Those that are being replaced come; of an open pool anybody may.
      const least = options?.first ?? (this.roster.isOpen ? 0 : 1);
      if (members.length >= least) {
        return new Gathering(this.context, members, kept, planOf(options, members.length, leftMs)).run();
      }
      const possible = this.roster.isOpen
        ? Number.POSITIVE_INFINITY
        : this.roster.size - this.roster.vacant.size;
      return least > possible
        ? Promise.reject(new NotEnoughRepliesError(entry.name, 0, least, []))
        : undefined;
    };
    const timeoutMs = timeoutOf(options);
    return (
      begin(timeoutMs) ??
      this.wait(begin, timeoutMs, options?.signal, () => {
        const late = new AskTimeoutError(ref.path, entry.name, timeoutMs);
        throw new NotEnoughRepliesError(entry.name, 0, options?.first ?? 1, [late]);
      })
    );
  }

  /** The members that are there, those on probation too. */
  everybody(): Member[] {
    return this.roster.closed ? [] : this.roster.slots.filter((member) => member !== undefined);
  }

  /** Who takes a message: the first choice, or another one if that pushes back. */
  private choose(message: unknown, name: string): Member | undefined {
    const { picker } = this;
    const member = picker.pick(message, name);
    if (member === undefined || !picker.anybody || !member.pushesBack) return member;
    return this.roster.rotation.find((other) => !other.pushesBack) ?? member;
  }

  private track(member: Member, entry: MessageEntry, message: unknown, reply: Promise<unknown>): void {
    const startedAt = this.context.now();
    member.open++;
    this.probation?.shadow(entry, message);
    const done = (): void => {
      member.open--;
      this.probation?.took(entry, member, this.context.now() - startedAt);
    };
    reply.then(done, done);
  }

  /** Nobody is there, or nobody will be: waits for a member as an ask waits for room. */
  private askLater(entry: MessageEntry, message: unknown, options: AskOptions | undefined): Promise<unknown> {
    const { roster } = this;
    const ref = roster.anyRef;
    if (roster.ended) return ref.sender.ask(ref, entry, message, options);
    const { copies } = ref.sender;
    const kept = copies.keep(ref, entry, message);
    const timeoutMs = timeoutOf(options);
    const begin = (leftMs: number): Promise<unknown> | undefined => {
      const there = this.choose(kept.value, entry.name)?.ref ?? (roster.ended ? ref : undefined);
      return there && copies.ask(there, kept, leftMs, options?.signal).reply;
    };
    return this.wait(begin, timeoutMs, options?.signal, () => {
      throw new AskTimeoutError(ref.path, entry.name, timeoutMs);
    });
  }

  /** Tries to `begin` whenever somebody comes or nobody will any more, until that gives a promise or it is too late. */
  private wait<T>(
    begin: (leftMs: number) => Promise<T> | undefined,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    late: () => T,
  ): Promise<T> {
    const { roster, context } = this;
    const startedAt = context.now();
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let stopWaiting: () => void;
      const end = (outcome: () => T | Promise<T>): void => {
        stopWaiting();
        cancelTimer();
        signal?.removeEventListener('abort', onAbort);
        try {
          resolve(outcome());
        } catch (error) {
          reject(error);
        }
      };
      const onAbort = (): void =>
        end(() => {
          throw signal!.reason;
        });
      const cancelTimer =
        timeoutMs === Number.POSITIVE_INFINITY ? () => {} : context.after(timeoutMs, () => end(late));
      const attempt = (): void => {
        stopWaiting = roster.whenChanged(attempt);
        const begun = begin(Math.max(Math.ceil(timeoutMs - (context.now() - startedAt)), 1));
        if (begun !== undefined) end(() => begun);
      };
      signal?.addEventListener('abort', onAbort);
      stopWaiting = roster.whenChanged(attempt);
    });
  }
}

function tellTo(face: object, name: string, message: unknown): boolean {
  return (face as FaceMethods)[name]!(message) as boolean;
}
