// What `thrum sim` does with the simulations of a module: lists them, runs one seed or many, replays and shrinks.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  type FailureTrace,
  LastEvents,
  logLine,
  mermaidChart,
  observedRun,
  parseTrace,
  type SimulateOptions,
  type SimulationDefinition,
  shrink,
  svgChart,
} from '../../../lib/sim/index.ts';
import { type CommandIo, say } from '../io.ts';
import { escapeControls, formatCount } from '../text.ts';
import type { SimRequest } from './command.ts';
import { loadSimulations } from './load.ts';
import { type BatchResult, runSeeds } from './seeds.ts';

const tracePath = 'failure.trace.json';
const chartedEvents = 60;

/** Gives the exit code: 0 when all held (or a mutant was found), 1 when not, 2 for what isn't there. */
export async function runSim(request: SimRequest, io: CommandIo): Promise<0 | 1 | 2 | 130> {
  try {
    const all = await loadSimulations(request.file);
    if (request.lists) return list(all, io);
    const chosen = all.filter(({ name }) => request.name === undefined || name === request.name);
    const problem = problemOf(chosen, all, request);
    if (problem !== undefined) {
      say(io, problem);
      return 2;
    }
    let code: 0 | 1 | 2 = 0;
    for (const definition of chosen) {
      const one = request.runs === undefined ? runOne : runMany;
      code = Math.max(code, await one(definition, request, io)) as 0 | 1 | 2;
    }
    return io.signal.aborted ? 130 : code;
  } catch (error) {
    if (io.signal.aborted) return 130;
    say(io, `thrum sim: ${escapeControls((error as Error).message)}`);
    return 1;
  }
}

function list(all: readonly SimulationDefinition[], io: CommandIo): 0 {
  for (const { name, mutants } of all) {
    io.stdout.write(`${name}\n`);
    for (const [mutant, what] of Object.entries(mutants)) io.stdout.write(`  --mutant ${mutant}: ${what}\n`);
  }
  return 0;
}

function problemOf(
  chosen: readonly SimulationDefinition[],
  all: readonly SimulationDefinition[],
  { file, name, mutant }: SimRequest,
): string | undefined {
  if (all.length === 0)
    return `thrum sim: ${file} exports no simulation: make it with simulation(name, options, scenario)`;
  if (chosen.length === 0)
    return `thrum sim: no simulation '${name}' in ${file}: --list shows those there are`;
  if (mutant !== undefined && !chosen.some(({ mutants }) => mutant in mutants)) {
    return `thrum sim: no simulation of ${file} lists the mutant '${mutant}': --list shows those there are`;
  }
  return undefined;
}

async function runOne(
  definition: SimulationDefinition,
  request: SimRequest,
  io: CommandIo,
): Promise<0 | 1 | 2> {
  const { mutant, log, fromMs } = request;
  const last = new LastEvents(chartedEvents);
  const options = optionsFor(definition, request);
  const outcome = await observedRun(options, definition.scenario, (event) => {
    last.add(event);
    if (log && event.atMs >= fromMs) io.stdout.write(`${escapeControls(logLine(event))}\n`);
  });
  if (outcome.mutantIsUnknown) return unknownMutant(mutant!, io);
  if (outcome.ok) {
    const { seed, hash, events, elapsedMs } = outcome.result;
    say(
      io,
      `${definition.name}: seed ${seed} holds (${formatCount(events)} events, ${elapsedMs} ms, hash ${hash})`,
    );
    return verdict(false, mutant, io);
  }
  const trace = { ...outcome.trace, name: definition.name };
  reportFailure(definition, trace, request, io);
  if (request.chartPath !== undefined) {
    const draw = request.chartPath.endsWith('.svg') ? svgChart : mermaidChart;
    writeFileSync(request.chartPath, draw(last.events));
    say(io, `  chart: ${request.chartPath}`);
  }
  if (request.shrinks) await shrinkAndSave(definition, trace, io);
  return verdict(true, mutant, io);
}

function optionsFor({ options }: SimulationDefinition, request: SimRequest): SimulateOptions {
  const { seed, mutant } = request;
  const chosen = { ...options, ...(mutant !== undefined && { mutant }) };
  if (request.tracePath === undefined) return { ...chosen, ...(seed !== undefined && { seed }) };
  const trace = parseTrace(readFileSync(request.tracePath, 'utf8'));
  return { ...chosen, ...trace.options, seed: seed ?? trace.seed, schedule: trace.schedule };
}

function reportFailure(
  definition: SimulationDefinition,
  trace: FailureTrace,
  { file, mutant }: SimRequest,
  io: CommandIo,
): void {
  const { seed, failure } = trace;
  say(io, `${definition.name}: seed ${seed} fails at ${failure.atMs} ms: ${escapeControls(failure.message)}`);
  const flag = mutant === undefined ? '' : ` --mutant ${mutant}`;
  say(io, `  replay: npx thrum sim ${file} --name '${definition.name}' --seed ${seed}${flag}`);
  writeFileSync(tracePath, `${JSON.stringify(trace, null, 1)}\n`);
  say(io, `  schedule: ${tracePath}`);
}

async function shrinkAndSave(
  definition: SimulationDefinition,
  trace: FailureTrace,
  io: CommandIo,
): Promise<void> {
  const shrunk = await shrink(trace, definition.scenario);
  writeFileSync(tracePath, `${JSON.stringify(shrunk.trace, null, 1)}\n`);
  const minimal = shrunk.minimal ? '' : ' (the runs were used up: perhaps not the fewest)';
  say(io, `  shrunk from ${shrunk.from} to ${shrunk.to} entries in ${shrunk.runs} runs${minimal}`);
}

async function runMany(
  definition: SimulationDefinition,
  request: SimRequest,
  io: CommandIo,
): Promise<0 | 1 | 2> {
  const { file, jobs, firstSeed, mutant } = request;
  const runs = request.runs!;
  const progress = (sum: BatchResult): void => {
    if (io.stderr.isTTY) io.stderr.write(`\r\x1b[K${definition.name}: ${sum.runs} of ${runs}`);
  };
  const job = { file, name: definition.name, mutant, firstSeed, runs, jobs, signal: io.signal };
  const sum = await runSeeds({ ...job, onProgress: progress });
  if (io.stderr.isTTY) io.stderr.write('\r\x1b[K');
  if (sum.mutantIsUnknown) return unknownMutant(mutant!, io);
  const counts = Object.entries(sum.counts).filter(([, count]) => count > 0);
  const kinds = counts.map(([kind, count]) => `${kind} ${formatCount(count)}`).join(', ');
  say(io, `${definition.name}: ${formatCount(sum.runs)} seeds, ${formatCount(sum.events)} events; ${kinds}`);
  if (sum.failure === undefined) return verdict(false, mutant, io);
  // Once more, for the schedule, and for what else was asked for.
  return runOne(
    definition,
    { ...request, runs: undefined, seed: sum.failure.seed, tracePath: undefined },
    io,
  );
}

/** A mutant that isn't found is what fails. */
function verdict(failed: boolean, mutant: string | undefined, io: CommandIo): 0 | 1 {
  if (mutant === undefined) return failed ? 1 : 0;
  say(io, failed ? `mutant '${mutant}' is found` : `mutant '${mutant}' isn't found: no check sees it`);
  return failed ? 0 : 1;
}

function unknownMutant(mutant: string, io: CommandIo): 2 {
  say(
    io,
    `thrum sim: no code has asked for the mutant '${mutant}': a production build has none (build with tsc alone)`,
  );
  return 2;
}
