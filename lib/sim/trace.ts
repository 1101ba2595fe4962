// The schedule of a failing run as a file: what was done to it, so that it can be done again, also to code that has
// changed since, as far as it applies.
import { InvalidOptionError } from '../protocol/errors.ts';
import { isReadableError } from '../wire/errorCodec.ts';
import { PropertyError } from './errors.ts';
import type { SimulateOptions } from './options.ts';
import type { Schedule } from './schedule.ts';

/** How a run has failed, as far as two runs can fail alike. */
export interface FailureKind {
  /** Class of the error. */
  readonly error: string;
  /** The property that didn't hold, where it was one. */
  readonly property?: string;
  /** It had to come true in the end. */
  readonly eventual?: boolean;
}

/** What `failure.trace.json` holds. */
export interface FailureTrace {
  readonly version: 1;
  /** The simulation's name, where it has one. */
  readonly name?: string;
  readonly seed: number;
  /** The options but for seed and schedule. */
  readonly options: Omit<SimulateOptions, 'seed' | 'schedule' | 'traceFile'>;
  readonly schedule: Schedule;
  readonly failure: FailureKind & { readonly message: string; readonly atMs: number };
}

export function kindOf(error: unknown): FailureKind {
  if (error instanceof PropertyError) {
    return { error: error.name, property: error.property, eventual: error.eventual };
  }
  return { error: isReadableError(error) ? error.name : typeof error };
}

export function isSameKind(a: FailureKind, b: FailureKind): boolean {
  return a.error === b.error && a.property === b.property;
}

/**
 * A trace from its text.
 *
 * @throws `InvalidOptionError` for what is none
 */
export function parseTrace(text: string): FailureTrace {
  let trace: FailureTrace;
  try {
    trace = JSON.parse(text) as FailureTrace;
  } catch (error) {
    throw new InvalidOptionError(`this is no trace of a simulation: ${(error as Error).message}`);
  }
  if (trace?.version !== 1 || !Array.isArray(trace.schedule?.injections)) {
    throw new InvalidOptionError('this is no trace of a simulation, or one of another version');
  }
  return trace;
}

/** Saves `text` where the runtime has files; returns whether it could. */
export function save(path: string, text: string): boolean {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): { writeFileSync(path: string, text: string): void } };
  };
  const fs = process?.getBuiltinModule?.('node:fs');
  if (fs === undefined) return false;
  try {
    fs.writeFileSync(path, text);
    return true;
  } catch {
    return false;
  }
}
