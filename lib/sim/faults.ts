// Faults that come by chance while a simulation runs: hosts that crash and pause, partitions, clogged links.
import { InvalidOptionError } from '../protocol/errors.ts';
import { Chance } from './chance.ts';
import type { SimulatedHost } from './host.ts';
import { drawOf, type Latency } from './latency.ts';
import type { Injection, ScheduleKeeper } from './schedule.ts';

/** One kind of fault: how often, and for how long. */
export interface FaultRate {
  /** The mean of the (exponential) time from one to the next, in milliseconds. */
  readonly everyMs: number;
  /** How long each lasts; `Infinity` for a crash without a restart. */
  readonly forMs: Latency;
}

/** Which faults come by chance, until a simulation's `durationMs`. */
export interface FaultOptions {
  /** A host crashes, is down, and starts again. */
  readonly crashes?: FaultRate;
  /** A host does nothing for a while. */
  readonly pauses?: FaultRate;
  /** The hosts fall apart into two groups that don't reach each other. */
  readonly partitions?: FaultRate & {
    /** How likely only one direction is cut; default 0.25. */
    readonly oneWay?: number;
  };
  /** What one host sends to another waits. */
  readonly clogs?: FaultRate;
  /** Writes of `ctx.store`: probabilities from 0 to 1, default 0. */
  readonly writes?: {
    /** A write rejects; it may be there or not. */
    readonly failed?: number;
    /** A crash leaves the write that was under way half done: a prefix of its batch, as a torn page would. */
    readonly torn?: number;
  };
  /** The hosts that crash and pause; default: all. */
  readonly hosts?: readonly number[];
  /** How many of them may be down or paused at a time; default: the largest minority, 1 of 1 or 2. */
  readonly atOnceMax?: number;
  /** `true`: each seed leaves some kinds out and makes others rarer or more frequent, those of the network as well. */
  readonly swarm?: boolean;
}

/** What has been done, by kind; `refused`: what was left undone because too many hosts were down already. */
export type FaultCounts = Record<Kind | 'refused' | 'failedWrite' | 'tornWrite', number>;

/** What faults do to the simulation. */
export interface Victims {
  readonly hosts: readonly SimulatedHost[];
  after(ms: number, fn: () => void): () => void;
  now(): number;
  cut(from: number, to: number): () => void;
  clog(from: number, to: number, ms: number): void;
}

type Kind = 'crash' | 'pause' | 'partition' | 'clog';
type Timed = Extract<Injection, { readonly kind: Kind }>;

export class Faults {
  readonly counts: Record<Kind | 'refused', number> = {
    crash: 0,
    pause: 0,
    partition: 0,
    clog: 0,
    refused: 0,
  };
  private readonly options: FaultOptions;
  private readonly victims: Victims;
  private readonly keeper: ScheduleKeeper;
  private readonly seed: number;
  private readonly atOnceMax: number;
  private readonly down = new Set<number>();
  /** What ends the faults that last. */
  private readonly undo = new Set<() => void>();
  private stopped = false;

  constructor(seed: number, options: FaultOptions, victims: Victims, keeper: ScheduleKeeper) {
    this.seed = seed;
    this.options = options;
    this.victims = victims;
    this.keeper = keeper;
    const count = options.hosts?.length ?? victims.hosts.length;
    this.atOnceMax = options.atOnceMax ?? Math.max(1, Math.floor((count - 1) / 2));
    for (const host of options.hosts ?? []) {
      if (victims.hosts[host - 1] === undefined) {
        throw new InvalidOptionError(
          `faults.hosts names host ${host}: there are ${victims.hosts.length} of them`,
        );
      }
    }
  }

  /** Begins: by chance, or with what the schedule says. */
  start(): void {
    const { follows } = this.keeper;
    if (follows !== undefined) return this.follow(follows.injections);
    const { crashes, pauses, partitions, clogs } = this.options;
    this.startKind('crash', crashes, (chance, forMs) => this.onHost('crash', chance, forMs));
    this.startKind('pause', pauses, (chance, forMs) => this.onHost('pause', chance, forMs));
    const oneWay = partitions?.oneWay ?? 0.25;
    this.startKind('partition', partitions, (chance, forMs) => this.partition(chance, forMs, oneWay));
    this.startKind('clog', clogs, (chance, forMs) => this.clog(chance, forMs));
  }

  /** No more of them, and those that last end. */
  stop(): void {
    this.stopped = true;
    for (const undo of this.undo) undo();
    this.undo.clear();
  }

  private follow(injections: readonly Injection[]): void {
    for (const entry of injections) {
      if (!isTimed(entry)) continue;
      const inMs = Math.max(entry.atMs - this.victims.now(), 0);
      this.victims.after(inMs, () => {
        if (!this.stopped && this.applies(entry)) this.inflict(entry);
      });
    }
  }

  private startKind(
    kind: Kind,
    rate: FaultRate | undefined,
    make: (chance: Chance, forMs: number) => Timed | undefined,
  ): void {
    if (rate === undefined) return;
    if (!(rate.everyMs > 0)) {
      throw new InvalidOptionError(`everyMs of a ${kind} must be above 0, not ${rate.everyMs}`);
    }
    const chance = new Chance(this.seed, `faults ${kind}`);
    const lasts = rate.forMs === Number.POSITIVE_INFINITY ? undefined : drawOf(rate.forMs, `${kind}.forMs`);
    const next = (): void => {
      this.victims.after(chance.exponential(rate.everyMs), () => {
        if (this.stopped) return;
        const forMs = lasts === undefined ? Number.MAX_SAFE_INTEGER : rounded(lasts(chance));
        const entry = make(chance, forMs);
        if (entry !== undefined && this.applies(entry)) this.inflict(entry);
        else this.counts.refused++;
        next();
      });
    };
    next();
  }

  private onHost(kind: 'crash' | 'pause', chance: Chance, forMs: number): Timed | undefined {
    const { hosts } = this.victims;
    const host =
      this.options.hosts === undefined ? chance.int(1, hosts.length) : chance.pick(this.options.hosts);
    return { kind, atMs: this.victims.now(), host, forMs };
  }

  private partition(chance: Chance, forMs: number, oneWay: number): Timed | undefined {
    const ids = this.victims.hosts.map(({ id }) => id);
    const isOneWay = chance.bool(oneWay);
    if (ids.length < 2) return undefined;
    const group = chance
      .shuffle(ids)
      .slice(0, chance.int(1, ids.length - 1))
      .sort((a, b) => a - b);
    return { kind: 'partition', atMs: this.victims.now(), group, oneWay: isOneWay, forMs };
  }

  private clog(chance: Chance, forMs: number): Timed | undefined {
    const { length } = this.victims.hosts;
    if (length < 2) return undefined;
    const from = chance.int(1, length);
    const to = 1 + ((from - 1 + chance.int(1, length - 1)) % length);
    return { kind: 'clog', atMs: this.victims.now(), from, to, forMs };
  }

  /** Whether the fault is possible as things are. */
  private applies(entry: Timed): boolean {
    if (entry.kind !== 'crash' && entry.kind !== 'pause') return true;
    const host = this.victims.hosts[entry.host - 1];
    if (host === undefined || !host.up || host.paused) return false;
    return this.down.size < this.atOnceMax && !this.down.has(entry.host);
  }

  private inflict(entry: Timed): void {
    this.keeper.add(entry);
    this.counts[entry.kind]++;
    switch (entry.kind) {
      case 'crash': {
        const host = this.victims.hosts[entry.host - 1]!;
        host.crash();
        return this.untilUp(entry, () => host.restart());
      }
      case 'pause': {
        const host = this.victims.hosts[entry.host - 1]!;
        host.pause();
        return this.untilUp(entry, () => host.resume());
      }
      case 'partition':
        return this.until(entry.forMs, this.split(entry.group, entry.oneWay));
      case 'clog':
        return this.victims.clog(entry.from, entry.to, entry.forMs);
    }
  }

  private untilUp({ host, forMs }: { readonly host: number; readonly forMs: number }, end: () => void): void {
    this.down.add(host);
    this.until(forMs, () => {
      this.down.delete(host);
      end();
    });
  }

  /** Ends a fault after `forMs`, or when all of them end. */
  private until(forMs: number, end: () => void): void {
    let cancel = (): void => {};
    const undo = (): void => {
      cancel();
      this.undo.delete(undo);
      end();
    };
    this.undo.add(undo);
    if (forMs < Number.MAX_SAFE_INTEGER) cancel = this.victims.after(forMs, undo);
  }

  private split(group: readonly number[], oneWay: boolean): () => void {
    const within = new Set(group);
    const others = this.victims.hosts.map(({ id }) => id).filter((id) => !within.has(id));
    const opens = group.flatMap((a) =>
      others.flatMap((b) =>
        oneWay ? [this.victims.cut(a, b)] : [this.victims.cut(a, b), this.victims.cut(b, a)],
      ),
    );
    return () => {
      for (const open of opens) open();
    };
  }
}

/** To the microsecond, so that what is written down is what happened. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function isTimed(entry: Injection): entry is Timed {
  return 'atMs' in entry;
}
