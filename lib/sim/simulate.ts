// Runs a scenario in a simulation, from its seed to its verdict; a failure says how to see it again.
import { switchFor } from '../protocol/mutants.ts';
import { asText, isReadableError } from '../wire/errorCodec.ts';
import { SimulationError } from './errors.ts';
import { guard } from './guards.ts';
import { type SimulateOptions, settingsOf } from './options.ts';
import { promiseWatch } from './promiseWatch.ts';
import { callerIn, replayCommand, seedFromEnvironment } from './replay.ts';
import { Run, type RunOptions, type Scenario, type SimulationResult } from './run.ts';
import { type FailureTrace, kindOf, save } from './trace.ts';

/**
 * Runs `scenario` in virtual time.
 *
 * @throws `SimulationError` when an invariant breaks, an eventual property doesn't come true, or the scenario fails; its
 * message has the seed and the command that replays it
 * @throws `InvalidOptionError`
 * @example
 * ```ts
 * await simulate({ seed: 1, nodes: 3, faults: 'swarm', durationMs: 60_000 }, async (sim) => {
 *   sim.eventually('all have found each other', () => …);
 * });
 * ```
 */
export async function simulate<T>(
  options: SimulateOptions,
  scenario: Scenario<T>,
): Promise<SimulationResult<T>> {
  const file = callerIn(new Error().stack);
  const seed = options.schedule === undefined ? seedFromEnvironment() : undefined;
  const present = seed === undefined ? options : { ...options, seed };
  return runReporting(present, scenario, (failed) => replayCommand(failed, file));
}

/** Runs a scenario; the error of a failing run has `command` in its message. */
export async function runReporting<T>(
  options: SimulateOptions,
  scenario: Scenario<T>,
  command: (seed: number) => string,
  name?: string,
): Promise<SimulationResult<T>> {
  const attempt = await attemptRun(options, scenario);
  if (attempt.result !== undefined) return attempt.result;
  const trace = name === undefined ? attempt.trace : { ...attempt.trace, name };
  const path = options.traceFile ?? 'failure.trace.json';
  const saved = path !== false && save(path, `${JSON.stringify(trace, null, 1)}\n`) ? path : undefined;
  throw failureOf(attempt.error, trace, command(trace.seed), saved);
}

/** What became of a run. */
export type Attempt<T> = {
  readonly run: Run;
  /** A mutant was on, and no code has asked about it. */
  readonly mutantIsUnknown: boolean;
} & (
  | { readonly result: SimulationResult<T> }
  | { readonly result: undefined; readonly error: unknown; readonly trace: FailureTrace }
);

/** What the simulator itself wants of a run. */
export interface AttemptOptions extends RunOptions {
  /** Called before anything happens, to listen. */
  readonly observe?: ((run: Run) => void) | undefined;
}

/** Runs a scenario and catches its failure. */
export async function attemptRun<T>(
  options: SimulateOptions,
  scenario: Scenario<T>,
  { observe, ...ofRun }: AttemptOptions = {},
): Promise<Attempt<T>> {
  const run = new Run(settingsOf(options), ofRun);
  observe?.(run);
  const { mutant } = options;
  const mutants = mutant === undefined ? undefined : switchFor(mutant);
  run.engine.mutants = mutants;
  guard.install();
  promiseWatch.install();
  const isUnknown = (): boolean => mutant !== undefined && !mutants!.asked.has(mutant);
  try {
    return { result: await run.go(scenario), run, mutantIsUnknown: isUnknown() };
  } catch (error) {
    const trace = traceOf(run, options, error);
    return { result: undefined, error, trace, run, mutantIsUnknown: isUnknown() };
  } finally {
    promiseWatch.uninstall();
    guard.uninstall();
    run.close();
  }
}

function traceOf({ settings, keeper, engine }: Run, options: SimulateOptions, error: unknown): FailureTrace {
  const { seed: _, schedule: __, traceFile: ___, resources: ____, ...rest } = options;
  const ticks = settings.schedule?.ticks !== undefined && { ticks: keeper.ticks };
  return {
    version: 1,
    seed: settings.seed,
    options: rest,
    schedule: { injections: keeper.done, ...ticks },
    failure: {
      ...kindOf(error),
      message: isReadableError(error) ? error.message : asText(error),
      atMs: engine.now / 1000,
    },
  };
}

function failureOf(
  error: unknown,
  trace: FailureTrace,
  command: string,
  saved: string | undefined,
): SimulationError {
  const { seed, failure, options } = trace;
  const lines = [
    `seed ${seed} fails at ${failure.atMs} ms of virtual time: ${failure.message}`,
    `  options: ${JSON.stringify(options)}`,
    `  replay:  ${command}`,
    ...(saved === undefined ? [] : [`  schedule: ${saved}`]),
  ];
  return new SimulationError(lines.join('\n'), trace, error);
}
