// The simulations of a module, and the traces of those that failed.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type FailureTrace,
  isSimulation,
  parseTrace,
  type SimulationDefinition,
} from '../../../lib/sim/index.ts';

/** What was asked for isn't there: wrong usage, not a failure. */
export class UsageError extends Error {}

/**
 * Everything the module exports that is a simulation, each once.
 *
 * @throws {UsageError} for a file that isn't there or has none, else what its import throws
 */
export async function loadSimulations(file: string): Promise<SimulationDefinition[]> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`there is no file ${file}`);
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const found = [...new Set(Object.values(module).filter(isSimulation))];
  if (found.length > 0) return found;
  throw new UsageError(
    `${file} exports no simulation: make one with \`export const NAME = simulation(name, options, scenario)\``,
  );
}

/** @throws {UsageError} for what is no trace */
export function readTrace(path: string): FailureTrace {
  try {
    return parseTrace(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} can't be followed: ${(error as Error).message}`);
  }
}
