// Options of a system for tests: what they mean, and what isn't taken.
import { checkOptionNames } from '../protocol/declared.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { ResourceReplacement } from '../protocol/resource.ts';
import { isLogOption, type LogOption } from '../system/logSink.ts';

/** Options of `createTestSystem`. */
export interface TestSystemOptions {
  /** `'manual'` (default): time stands still until the test moves `TestSystem.clock`. `'real'`: it passes. */
  clock?: 'manual' | 'real';
  /**
   * Nodes besides the host, 0 to 16; default 2. Each stands for a worker thread: messages between them are encoded and
   * decoded as between threads. With 0 everything is on the host, and messages are copied.
   */
  nodes?: number;
  /** Where the numbers of `ctx.random()` follow from, an integer; default 1. */
  seed?: number;
  /** How long expectations wait unless told, in milliseconds of real time; default 1,000. */
  expectWithinMs?: number;
  /**
   * With the manual clock: an ask of the test rejects with `ClockStandsStillError` when nothing at all has happened
   * for so many milliseconds of real time; default 3,000. Infinity: it waits.
   */
  patienceMs?: number;
  /** How long what follows from a step may take in real time before it counts as endless, in milliseconds; default 5,000. */
  settleWithinMs?: number;
  /**
   * What stands in for resources, on every node: `[Database.with(fake)]`. Default: none, so that `ctx.use` opens the
   * real one.
   */
  resources?: readonly ResourceReplacement[];
  /** As `createSystem`'s; default `'silent'`: what matters fails the test. */
  log?: LogOption;
}

const nodesMax = 16;
const seedMax = 2 ** 32;

/**
 * The options with their defaults.
 *
 * @throws `InvalidOptionError`
 */
export function checkOptions(options: TestSystemOptions): Required<TestSystemOptions> {
  checkOptionNames('createTestSystem', options, names);
  const checked = {
    clock: oneOf('clock', options.clock ?? 'manual', ['manual', 'real']),
    nodes: integer('nodes', options.nodes ?? 2, 0, nodesMax),
    seed: integer('seed', options.seed ?? 1, -seedMax, seedMax),
    expectWithinMs: positive('expectWithinMs', options.expectWithinMs ?? 1000),
    patienceMs: positive('patienceMs', options.patienceMs ?? 3000),
    settleWithinMs: positive('settleWithinMs', options.settleWithinMs ?? 5000),
    resources: options.resources ?? [],
    log: options.log ?? 'silent',
  };
  if (!isLogOption(checked.log)) throw new InvalidOptionError("log must be what createSystem's may be");
  return checked;
}

function oneOf<T extends string>(name: string, value: T, values: readonly T[]): T {
  if (values.includes(value)) return value;
  throw new InvalidOptionError(
    `${name} must be ${values.map((each) => `'${each}'`).join(' or ')}, not ${value}`,
  );
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new InvalidOptionError(`${name} must be an integer from ${min} to ${max}, not ${value}`);
}

function positive(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new InvalidOptionError(`${name} must be a number above 0, not ${value}`);
}

const names: Readonly<Record<keyof TestSystemOptions, true>> = {
  clock: true,
  nodes: true,
  seed: true,
  expectWithinMs: true,
  patienceMs: true,
  settleWithinMs: true,
  resources: true,
  log: true,
};
