// Many seeds of one simulation, over threads: how far they are, what was done to them, and the first that fails.
import type { SimulationDefinition } from '../../../lib/sim/index.ts';
import { type CommandIo, canRedraw, say } from '../io.ts';
import { counted, formatCount } from '../text.ts';
import type { SimRequest } from './command.ts';
import { runOne } from './one.ts';
import { type BatchResult, runSeeds } from './seeds.ts';
import { unknownMutant, verdict } from './verdict.ts';

export async function runMany(
  definition: SimulationDefinition,
  request: SimRequest,
  io: CommandIo,
): Promise<0 | 1> {
  const { file, jobs, firstSeed, mutant, runs = 1 } = request;
  const { name } = definition;
  const { stderr } = io;
  const clear = (): void => void (canRedraw(stderr) && stderr.write('\r\x1b[K'));
  const onProgress = (sum: BatchResult): void => {
    if (!canRedraw(stderr)) return;
    const line = `${name}: ${formatCount(sum.runs)} of ${counted(runs, 'seed')}${countsOf(sum)}`;
    stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns ?? 80) - 1)}`);
  };
  const sum = await runSeeds({
    ...{ file, name, mutant, firstSeed, runs, jobs },
    ...{ signal: io.signal, onProgress },
  });
  clear();
  if (sum.runs > 0 && !sum.mutantIsKnown) throw unknownMutant(mutant!);
  say(io, `${name}: ${counted(sum.runs, 'seed')}${countsOf(sum)}`);
  if (sum.failure === undefined) return verdict(false, mutant, io);
  // Once more, for the schedule, and for what else was asked for.
  return runOne(definition, { ...request, runs: undefined, seed: sum.failure.seed }, io);
}

/** `, 12,345 events; crash 3, lost 40` */
function countsOf({ events, counts }: BatchResult): string {
  const kinds = Object.entries(counts).filter(([, count]) => count > 0);
  const text = kinds.map(([kind, count]) => `${kind} ${formatCount(count)}`).join(', ');
  return `, ${counted(events, 'event')}${text === '' ? '' : `; ${text}`}`;
}
