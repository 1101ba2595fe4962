// The simulations of a module.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isSimulation, type SimulationDefinition } from '../../../lib/sim/index.ts';

/** Everything the module exports that is a simulation, each once. Throws what its import throws. */
export async function loadSimulations(file: string): Promise<SimulationDefinition[]> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  return [...new Set(Object.values(module).filter(isSimulation))];
}
