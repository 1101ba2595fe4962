// What `thrum sim` does with the simulations of a module: lists them, or runs one seed or many of each.
import type { SimulationDefinition } from '../../../lib/sim/index.ts';
import { type CommandIo, say } from '../io.ts';
import { escapeControls } from '../text.ts';
import type { SimRequest } from './command.ts';
import { loadSimulations, readTrace, UsageError } from './load.ts';
import { runMany } from './many.ts';
import { runOne } from './one.ts';

/** Gives the exit code: 0 when all held (or a mutant was found), 1 when not, 2 for what isn't there. */
export async function runSim(request: SimRequest, io: CommandIo): Promise<0 | 1 | 2 | 130> {
  try {
    const all = await loadSimulations(request.file);
    if (request.lists) return list(all, io);
    let code: 0 | 1 = 0;
    for (const definition of chosenOf(all, request)) {
      const one = request.runs === undefined ? runOne : runMany;
      if ((await one(definition, request, io)) === 1) code = 1;
      if (io.signal.aborted) return 130;
    }
    return code;
  } catch (error) {
    if (io.signal.aborted) return 130;
    say(io, `thrum sim: ${escapeControls((error as Error).message)}`);
    if (!(error instanceof UsageError)) return 1;
    say(io, '(thrum sim --help shows the usage)');
    return 2;
  }
}

function list(all: readonly SimulationDefinition[], io: CommandIo): 0 {
  for (const { name, mutants } of all) {
    io.stdout.write(`${name}\n`);
    for (const [mutant, what] of Object.entries(mutants)) io.stdout.write(`  --mutant ${mutant}: ${what}\n`);
  }
  return 0;
}

/** The simulations that are asked for: of a mutant, those that list it. */
function chosenOf(
  all: readonly SimulationDefinition[],
  { file, mutant, tracePath, ...request }: SimRequest,
): readonly SimulationDefinition[] {
  const name = request.name ?? (tracePath === undefined ? undefined : readTrace(tracePath).name);
  const named = all.filter((definition) => name === undefined || definition.name === name);
  if (named.length === 0) {
    throw new UsageError(`there is no simulation '${name}' in ${file}: --list shows those there are`);
  }
  if (mutant === undefined) return named;
  const having = named.filter(({ mutants }) => mutant in mutants);
  if (having.length > 0) return having;
  throw new UsageError(`no simulation of ${file} lists the mutant '${mutant}': --list shows those there are`);
}
