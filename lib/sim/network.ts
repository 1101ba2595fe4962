// The simulated network: how long each frame is under way, and what may happen to it there. What is said here of a
// frame is decided by chance from the seed, link by link, so that the frames of one link change nothing on another.
import { InvalidOptionError } from '../protocol/errors.ts';
import { Chance } from './chance.ts';
import { type Draw, drawOf, type Latency } from './latency.ts';

/** What a link between two hosts does to frames. Probabilities are from 0 to 1. */
export interface LinkOptions {
  /** How long a frame is under way; default: exponential with a mean of 5 ms. */
  readonly latency?: Latency;
  /** How likely a message or reply is lost; default 0. */
  readonly loss?: number;
  /** How likely a message or reply arrives twice, each after a delay of its own; default 0. */
  readonly duplication?: number;
  /** How likely a message or reply may overtake those sent before it; default 0: they arrive in order. */
  readonly reordering?: number;
  /** Bytes a second that leave a host for this one; a frame waits until those before it have left. Default: no limit. */
  readonly bytesPerSecond?: number;
}

/** The options of one link, and which it is: `from` one host `to` another; without one of them, all hosts. */
export interface LinkRule extends LinkOptions {
  readonly from?: number;
  readonly to?: number;
}

/** Options of the network: those of all links, and rules for some, of which later ones win. */
export interface NetworkOptions extends LinkOptions {
  readonly links?: readonly LinkRule[];
  /**
   * Milliseconds after which every other host knows for certain that a host has crashed: asks reject with
   * `NodeDownError`, watchers are told. Default: never, as in a real network, where asks time out.
   */
  readonly crashDetectionMs?: number;
}

/** What may wait to leave for a host before senders are pushed back. */
export const leavingBytesMax = 256 * 1024;

/** The options of one link, complete and checked. */
export interface LinkProfile {
  readonly draw: Draw;
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly bytesPerSecond: number;
}

const defaultLatency: Latency = { type: 'exponential', meanMs: 5 };

/** What has been done to frames. */
export interface NetworkCounts {
  /** Frames that hosts have sent to others. */
  sent: number;
  delivered: number;
  /** Lost by chance. */
  lost: number;
  /** Second copies. */
  duplicated: number;
  /** Let overtake those before it. */
  reordered: number;
  /** Stopped by a partition. */
  cut: number;
  /** Arrived at a host that had crashed. */
  unreachable: number;
  /** Bytes sent. */
  bytes: number;
}

export class Network {
  readonly counts: NetworkCounts = {
    sent: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    cut: 0,
    unreachable: 0,
    bytes: 0,
  };
  /** Whether chance does harm: not during the calm at the end, nor where a schedule says what happens. */
  unkind = true;
  private readonly seed: number;
  private readonly rules: readonly { readonly rule: LinkRule; readonly profile: Partial<LinkProfile> }[];
  private readonly plain: LinkProfile;
  /** Links that let nothing through, with how many partitions cut each. */
  private readonly cuts = new Map<number, number>();
  /** Until when each clogged link lets nothing leave, in microseconds. */
  private readonly clogs = new Map<number, number>();
  /** Called when a link lets frames through again. */
  onOpen: (from: number, to: number) => void = () => {};

  constructor(seed: number, options: NetworkOptions) {
    this.seed = seed;
    this.plain = {
      draw: drawOf(options.latency ?? defaultLatency),
      loss: probability(options.loss ?? 0, 'network.loss'),
      duplication: probability(options.duplication ?? 0, 'network.duplication'),
      reordering: probability(options.reordering ?? 0, 'network.reordering'),
      bytesPerSecond: rate(options.bytesPerSecond),
    };
    this.rules = (options.links ?? []).map((rule, index) => ({
      rule,
      profile: partialProfile(rule, `network.links[${index}]`),
    }));
  }

  /** What the link does. Host 0 is the scenario itself: nothing happens on the way to it and from it. */
  profile(from: number, to: number): LinkProfile {
    if (from === 0 || to === 0) return perfect;
    let { plain } = this;
    for (const { rule, profile } of this.rules) {
      if ((rule.from ?? from) === from && (rule.to ?? to) === to) plain = { ...plain, ...profile };
    }
    return plain;
  }

  chance(stream: string): Chance {
    return new Chance(this.seed, stream);
  }

  isCut(from: number, to: number): boolean {
    return this.cuts.size > 0 && this.cuts.has(keyOf(from, to));
  }

  /** When something that is sent now can leave. */
  leavesAt(from: number, to: number, now: number): number {
    if (this.clogs.size === 0) return now;
    const key = keyOf(from, to);
    const until = this.clogs.get(key);
    if (until === undefined) return now;
    if (until > now) return until;
    this.clogs.delete(key);
    return now;
  }

  /** Lets nothing through from one host to the other, until {@link open} was called as often. */
  cut(from: number, to: number): void {
    const key = keyOf(from, to);
    this.cuts.set(key, (this.cuts.get(key) ?? 0) + 1);
  }

  open(from: number, to: number): void {
    const key = keyOf(from, to);
    const count = this.cuts.get(key);
    if (count === undefined) return;
    if (count > 1) {
      this.cuts.set(key, count - 1);
    } else {
      this.cuts.delete(key);
      this.onOpen(from, to);
    }
  }

  /** What is sent from one host to the other leaves only at `until`. */
  clog(from: number, to: number, until: number): void {
    const key = keyOf(from, to);
    this.clogs.set(key, Math.max(until, this.clogs.get(key) ?? 0));
  }

  /** Ends all partitions, and lets what is sent from now on leave at once. */
  heal(): void {
    this.clogs.clear();
    const keys = [...this.cuts.keys()];
    this.cuts.clear();
    for (const key of keys) this.onOpen(Math.floor(key / hostsMax), key % hostsMax);
  }
}

/** Hosts are numbered below this. */
export const hostsMax = 1_000_000;

function keyOf(from: number, to: number): number {
  return from * hostsMax + to;
}

const perfect: LinkProfile = {
  draw: () => 0,
  loss: 0,
  duplication: 0,
  reordering: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

function partialProfile(rule: LinkRule, what: string): Partial<LinkProfile> {
  return {
    ...(rule.latency !== undefined && { draw: drawOf(rule.latency, `${what}.latency`) }),
    ...(rule.loss !== undefined && { loss: probability(rule.loss, `${what}.loss`) }),
    ...(rule.duplication !== undefined && {
      duplication: probability(rule.duplication, `${what}.duplication`),
    }),
    ...(rule.reordering !== undefined && { reordering: probability(rule.reordering, `${what}.reordering`) }),
    ...(rule.bytesPerSecond !== undefined && { bytesPerSecond: rate(rule.bytesPerSecond) }),
  };
}

function probability(value: number, what: string): number {
  if (!(value >= 0 && value <= 1)) throw new InvalidOptionError(`${what} must be from 0 to 1, not ${value}`);
  return value;
}

function rate(value: number | undefined): number {
  if (value !== undefined && !(value > 0)) {
    throw new InvalidOptionError(`bytesPerSecond must be above 0, not ${value}`);
  }
  return value ?? Number.POSITIVE_INFINITY;
}
