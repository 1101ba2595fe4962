// Makes a failing schedule short: delta debugging (Zeller and Hildebrandt, TSE 2002) over what was done to the run, then
// over the turns of periodic timers, until no single entry can be left out.
import type { SimulateOptions } from './options.ts';
import type { Scenario } from './run.ts';
import type { Injection, Schedule, Tick } from './schedule.ts';
import { attemptRun } from './simulate.ts';
import { type FailureTrace, isSameKind, kindOf } from './trace.ts';

/** Options of {@link shrink}. */
export interface ShrinkOptions {
  /** How many runs it may take; default 2,000. */
  readonly runsMax?: number;
  /** Whether the turns of periodic timers (`ctx.every`) may be left out as well; default true. */
  readonly ticks?: boolean;
  /** Told after each run. */
  readonly onProgress?: (progress: { readonly runs: number; readonly entries: number }) => void;
}

/** What a schedule has been shrunk to. */
export interface Shrunk {
  readonly trace: FailureTrace;
  /** How many runs it took. */
  readonly runs: number;
  /** Entries before and after. */
  readonly from: number;
  readonly to: number;
  /** No single entry can be left out. False: the runs were used up before that was clear. */
  readonly minimal: boolean;
}

/** Finds the fewest injections and timer turns with which the scenario still fails in the way of `trace`. */
export async function shrink<T>(
  trace: FailureTrace,
  scenario: Scenario<T>,
  { runsMax = 2000, ticks = true, onProgress }: ShrinkOptions = {},
): Promise<Shrunk> {
  let best = trace;
  let runs = 0;
  /** Whether it still fails, in the same way, with no more than this. */
  const fails = async (schedule: Schedule): Promise<boolean> => {
    runs++;
    const options: SimulateOptions = { ...trace.options, seed: trace.seed, schedule };
    const keepsTicks = schedule.ticks !== undefined;
    const attempt = await attemptRun(options, scenario, { keepsTicks, untilMs: endOf(trace) });
    const same = attempt.result === undefined && isSameKind(kindOf(attempt.error), trace.failure);
    if (same) best = attempt.trace;
    onProgress?.({ runs, entries: sizeOf(best.schedule) });
    return same;
  };
  const hasBudget = (): boolean => runs < runsMax;
  let from = trace.schedule.injections.length;
  if (!(await fails(trace.schedule))) {
    throw new Error(
      'the schedule no longer fails in the same way: the code has changed, or it was cut short',
    );
  }
  if (ticks) {
    const all = await ticksOf(best, scenario);
    if (await fails({ injections: best.schedule.injections, ticks: all })) from += all.length;
  }
  let minimal = true;
  for (let before = Number.POSITIVE_INFINITY; sizeOf(best.schedule) < before && hasBudget(); ) {
    before = sizeOf(best.schedule);
    minimal = await ddmin<Injection>(
      best.schedule.injections,
      (injections) => fails({ ...best.schedule, injections }),
      hasBudget,
    );
    const left = best.schedule.ticks;
    if (left === undefined) continue;
    const done = await ddmin<Tick>(left, (kept) => fails({ ...best.schedule, ticks: kept }), hasBudget);
    minimal = minimal && done;
  }
  return { trace: best, runs, from, to: sizeOf(best.schedule), minimal: minimal && hasBudget() };
}

function sizeOf({ injections, ticks = [] }: Schedule): number {
  return injections.length + ticks.length;
}

/** Of a broken invariant, nothing after its time is of interest: a run that has come so far has passed. */
function endOf({ failure }: FailureTrace): number | undefined {
  return failure.property !== undefined && failure.eventual !== true ? failure.atMs : undefined;
}

/** The turns of periodic timers that take place with this schedule. */
async function ticksOf<T>(trace: FailureTrace, scenario: Scenario<T>): Promise<readonly Tick[]> {
  const options: SimulateOptions = { ...trace.options, seed: trace.seed, schedule: trace.schedule };
  const { run } = await attemptRun(options, scenario, { keepsTicks: true });
  return run.keeper.ticks;
}

/**
 * Leaves out as much as it can, in ever smaller pieces; what `fails` was last true of is the result. Returns whether it
 * came to the end, where no single entry can be left out.
 */
async function ddmin<E>(
  entries: readonly E[],
  fails: (entries: readonly E[]) => Promise<boolean>,
  hasBudget: () => boolean,
): Promise<boolean> {
  let left = entries;
  if (left.length > 0 && (await fails([]))) return true;
  let pieces = 2;
  while (left.length >= 2) {
    const size = Math.ceil(left.length / pieces);
    let shorter: readonly E[] | undefined;
    for (let at = 0; at < left.length && shorter === undefined; at += size) {
      if (!hasBudget()) return false;
      const rest = [...left.slice(0, at), ...left.slice(at + size)];
      if (await fails(rest)) shorter = rest;
    }
    if (shorter !== undefined) {
      left = shorter;
      pieces = Math.max(pieces - 1, 2);
    } else if (size === 1) {
      return true;
    } else {
      pieces = Math.min(pieces * 2, left.length);
    }
  }
  return true;
}
