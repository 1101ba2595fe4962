// A run that somebody watches: for the command's log, charts and transcripts. It says how it went instead of throwing.
import { type LoggedEvent, listenToRun } from './eventLog.ts';
import type { SimulateOptions } from './options.ts';
import type { Scenario, SimulationResult } from './run.ts';
import { attemptRun } from './simulate.ts';
import type { FailureTrace } from './trace.ts';

/** How it went. `mutantIsUnknown`: a mutant was on, and no code has asked about it. */
export type ObservedRun<T> = { readonly mutantIsUnknown: boolean } & (
  | { readonly ok: true; readonly result: SimulationResult<T> }
  | { readonly ok: false; readonly error: unknown; readonly trace: FailureTrace }
);

/** Runs a scenario and tells `listener` of everything that happens. */
export async function observedRun<T>(
  options: SimulateOptions,
  scenario: Scenario<T>,
  listener?: (event: LoggedEvent) => void,
): Promise<ObservedRun<T>> {
  const attempt = await attemptRun(options, scenario, {
    observe: listener && ((run) => listenToRun(run, listener)),
  });
  const { mutantIsUnknown } = attempt;
  if (attempt.result !== undefined) return { ok: true, result: attempt.result, mutantIsUnknown };
  return { ok: false, error: attempt.error, trace: attempt.trace, mutantIsUnknown };
}
