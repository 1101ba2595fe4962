// Simulations with a name, for the command line: a file exports them, `thrum sim` finds, runs and replays them.
import type { SimulateOptions } from './options.ts';
import { callerIn, quote, seedFromEnvironment } from './replay.ts';
import type { Scenario, SimulationResult } from './run.ts';
import { runReporting } from './simulate.ts';

/** Options of {@link simulation}. */
export interface SimulationOptions extends Omit<SimulateOptions, 'mutant' | 'schedule'> {
  /** The mutants that this simulation finds, each with what is wrong in it. */
  readonly mutants?: Readonly<Record<string, string>>;
}

/** A simulation with a name. Made by {@link simulation}. */
export interface SimulationDefinition<T = unknown> {
  readonly kind: 'thrum/simulation';
  readonly name: string;
  readonly options: SimulateOptions;
  readonly mutants: Readonly<Record<string, string>>;
  readonly scenario: Scenario<T>;
  /**
   * Runs it; options given here come first.
   *
   * @throws what `simulate` throws
   */
  run(options?: SimulateOptions): Promise<SimulationResult<T>>;
}

/**
 * Names a simulation.
 *
 * @example
 * ```ts
 * export const ring = simulation('ring', { nodes: 5, faults: 'swarm', durationMs: 60_000 }, async (sim) => { … });
 * ```
 */
export function simulation<T>(
  name: string,
  { mutants = {}, ...options }: SimulationOptions,
  scenario: Scenario<T>,
): SimulationDefinition<T> {
  const file = callerIn(new Error().stack) ?? 'FILE';
  return {
    kind: 'thrum/simulation',
    name,
    options,
    mutants,
    scenario,
    run(given = {}) {
      const seed = given.seed ?? seedFromEnvironment() ?? options.seed;
      const all = { ...options, ...given, ...(seed !== undefined && { seed }) };
      const mutant = all.mutant === undefined ? '' : ` --mutant ${quote(all.mutant)}`;
      const command = (failed: number): string =>
        `npx thrum sim ${quote(file)} --name ${quote(name)} --seed ${failed}${mutant}`;
      return runReporting(all, scenario, command, name);
    },
  };
}

export function isSimulation(value: unknown): value is SimulationDefinition {
  return (value as { kind?: unknown } | undefined)?.kind === 'thrum/simulation';
}
