// What was done to a run from outside, as data: faults, harmed frames, the scenario's own steps. A run writes it down,
// and another run can be made to follow it, in whole or in part. Each entry stands for itself (a crash has its restart
// in it), so that leaving one out leaves the others as they are.

/** Something that was done. Times and durations are in milliseconds of virtual time, hosts and nodes numbers. */
export type Injection =
  | { readonly kind: 'crash'; readonly atMs: number; readonly host: number; readonly forMs: number }
  | { readonly kind: 'pause'; readonly atMs: number; readonly host: number; readonly forMs: number }
  | {
      /** Nothing passes between the hosts of `group` and the others; `oneWay`: only nothing from the group to them. */
      readonly kind: 'partition';
      readonly atMs: number;
      readonly group: readonly number[];
      readonly oneWay: boolean;
      readonly forMs: number;
    }
  | {
      /** What one host sends to the other waits. */
      readonly kind: 'clog';
      readonly atMs: number;
      readonly from: number;
      readonly to: number;
      readonly forMs: number;
    }
  | {
      /** The `number`th frame from one node to another. */
      readonly kind: 'lost' | 'duplicated' | 'reordered';
      readonly from: number;
      readonly to: number;
      readonly number: number;
    }
  | {
      /** The `number`th write of a host's disk. */
      readonly kind: 'failedWrite' | 'tornWrite';
      readonly host: number;
      readonly number: number;
    }
  | {
      /** The scenario's `number`th step of that name: see `Simulation.inject`. */
      readonly kind: 'step';
      readonly name: string;
      readonly number: number;
    };

/** The `number`th time that a periodic timer (`ctx.every`) ran out on a node. */
export interface Tick {
  readonly kind: 'tick';
  readonly node: number;
  readonly number: number;
}

/** What a run is to follow instead of chance. */
export interface Schedule {
  readonly injections: readonly Injection[];
  /** The periodic timers' turns that take place; without it, all. */
  readonly ticks?: readonly Tick[];
}

/** What tells an entry from every other. */
export function idOf(entry: Injection | Tick): string {
  switch (entry.kind) {
    case 'lost':
    case 'duplicated':
    case 'reordered':
      return `${entry.kind} ${entry.from}>${entry.to} ${entry.number}`;
    case 'failedWrite':
    case 'tornWrite':
      return `${entry.kind} ${entry.host} ${entry.number}`;
    case 'step':
      return `step ${entry.number} ${entry.name}`;
    case 'tick':
      return `tick ${entry.node} ${entry.number}`;
    default:
      return JSON.stringify(entry);
  }
}

/** One line about an entry. */
export function describeInjection(entry: Injection | Tick): string {
  switch (entry.kind) {
    case 'crash':
    case 'pause':
      return `${entry.kind} of host ${entry.host} at ${entry.atMs} ms for ${entry.forMs} ms`;
    case 'partition':
      return `partition at ${entry.atMs} ms for ${entry.forMs} ms: nothing passes ${entry.oneWay ? 'from' : 'between'} hosts ${entry.group.join(', ')} ${entry.oneWay ? 'to' : 'and'} the others`;
    case 'clog':
      return `what host ${entry.from} sends to host ${entry.to} waits from ${entry.atMs} ms on for ${entry.forMs} ms`;
    case 'step':
      return `step ${entry.number} of '${entry.name}'`;
    case 'tick':
      return `turn ${entry.number} of the periodic timers on node ${entry.node}`;
    case 'failedWrite':
    case 'tornWrite':
      return `${entry.kind === 'failedWrite' ? 'failed' : 'torn'} write ${entry.number} of host ${entry.host}`;
    default:
      return `frame ${entry.number} from node ${entry.from} to node ${entry.to} ${entry.kind}`;
  }
}

/** Which of the things that could be done are. */
export class ScheduleKeeper {
  /** What has been done, in order. */
  readonly done: Injection[] = [];
  /** The periodic timers' turns that have taken place. */
  readonly ticks: Tick[] = [];
  readonly follows: Schedule | undefined;
  /** Told of what is done. */
  onDone: ((entry: Injection) => void) | undefined = undefined;
  private readonly wanted: ReadonlySet<string> | undefined;
  private readonly wantedTicks: ReadonlySet<string> | undefined;
  private readonly counts = new Map<string, number>();
  private readonly tickCounts = new Map<number, number>();
  /** Ticks are written down only where somebody may want to leave some out: there are many. */
  private readonly keepsTicks: boolean;

  constructor(follows: Schedule | undefined, keepsTicks: boolean) {
    this.follows = follows;
    this.keepsTicks = keepsTicks;
    this.wanted = follows && new Set(follows.injections.map(idOf));
    this.wantedTicks = follows?.ticks && new Set(follows.ticks.map(idOf));
  }

  /** Whether `entry` takes place: where a schedule is followed, if it is in there; else if `chance` says so. */
  decide(entry: Injection, chance: boolean): boolean {
    if (!(this.wanted === undefined ? chance : this.wanted.has(idOf(entry)))) return false;
    this.add(entry);
    return true;
  }

  /** Writes down what is done. */
  add(entry: Injection): void {
    this.done.push(entry);
    this.onDone?.(entry);
  }

  /** Whether the scenario's next step of that name takes place. */
  step(name: string): boolean {
    return this.decide({ kind: 'step', name, number: this.count(name) }, true);
  }

  /** The number of the next thing of that name, from 1 on. */
  count(name: string): number {
    const number = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, number);
    return number;
  }

  /** Whether a periodic timer that has run out on a node has its turn. */
  tick(node: number): boolean {
    if (!this.keepsTicks && this.wantedTicks === undefined) return true;
    const number = (this.tickCounts.get(node) ?? 0) + 1;
    this.tickCounts.set(node, number);
    const tick: Tick = { kind: 'tick', node, number };
    if (this.wantedTicks !== undefined && !this.wantedTicks.has(idOf(tick))) return false;
    this.ticks.push(tick);
    return true;
  }
}
