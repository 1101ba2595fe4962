// One seed of one simulation: its log, and of a failure its report, trace, chart and what it shrinks to.
import { writeFileSync } from 'node:fs';
import {
  describeInjection,
  type FailureTrace,
  LastEvents,
  logLine,
  mermaidChart,
  observedRun,
  type SimulateOptions,
  type SimulationDefinition,
  shrink,
  svgChart,
} from '../../../lib/sim/index.ts';
import { type CommandIo, canRedraw, say } from '../io.ts';
import { counted, escapeControls } from '../text.ts';
import type { SimRequest } from './command.ts';
import { readTrace } from './load.ts';
import { unknownMutant, verdict } from './verdict.ts';

const savedPath = 'failure.trace.json';
const chartedEvents = 60;
const describedMax = 40;

export async function runOne(
  definition: SimulationDefinition,
  request: SimRequest,
  io: CommandIo,
): Promise<0 | 1> {
  const { mutant, log, fromMs, chartPath } = request;
  const { name, scenario } = definition;
  const last = new LastEvents(chartedEvents);
  const outcome = await observedRun(optionsFor(definition, request), scenario, (event) => {
    last.add(event);
    if (log && event.atMs >= fromMs) io.stdout.write(`${escapeControls(logLine(event))}\n`);
  });
  if (outcome.mutantIsUnknown) throw unknownMutant(mutant!);
  if (outcome.ok) {
    const { seed, hash, events, elapsedMs } = outcome.result;
    say(io, `${name}: seed ${seed} holds (${counted(events, 'event')}, ${elapsedMs} ms, hash ${hash})`);
    return verdict(false, mutant, io);
  }
  const trace = { ...outcome.trace, name };
  reportFailure(trace, request, io);
  if (chartPath !== undefined) {
    writeFileSync(chartPath, (chartPath.endsWith('.svg') ? svgChart : mermaidChart)(last.events));
    say(io, `  chart: ${chartPath}`);
  }
  if (request.shrinks) await shrinkAndSave(definition, trace, io);
  return verdict(true, mutant, io);
}

function optionsFor({ options }: SimulationDefinition, request: SimRequest): SimulateOptions {
  const { seed, mutant, tracePath } = request;
  const chosen = { ...options, ...(mutant !== undefined && { mutant }) };
  if (tracePath === undefined) return { ...chosen, ...(seed !== undefined && { seed }) };
  const trace = readTrace(tracePath);
  return { ...chosen, ...trace.options, seed: seed ?? trace.seed, schedule: trace.schedule };
}

function reportFailure(trace: FailureTrace, request: SimRequest, io: CommandIo): void {
  const { seed, failure, options, name } = trace;
  const { file, mutant, tracePath } = request;
  say(io, `${name}: seed ${seed} fails at ${failure.atMs} ms: ${escapeControls(failure.message)}`);
  say(io, `  options: ${JSON.stringify(options)}`);
  const how = tracePath === undefined ? ['--seed', String(seed)] : ['--trace', tracePath];
  const words = ['npx', 'thrum', 'sim', file, '--name', name!, ...how];
  if (mutant !== undefined) words.push('--mutant', mutant);
  say(io, `  replay: ${words.map(quoted).join(' ')}`);
  writeFileSync(savedPath, `${JSON.stringify(trace, null, 1)}\n`);
  say(io, `  schedule: ${savedPath}`);
}

async function shrinkAndSave(
  definition: SimulationDefinition,
  trace: FailureTrace,
  io: CommandIo,
): Promise<void> {
  const { stderr } = io;
  const onProgress = ({ runs, entries }: { readonly runs: number; readonly entries: number }): void => {
    if (canRedraw(stderr))
      stderr.write(
        `\r\x1b[K  shrinking: ${counted(entries, 'entry', 'entries')} left after ${counted(runs, 'run')}`,
      );
  };
  const shrunk = await shrink(trace, definition.scenario, { onProgress });
  if (canRedraw(stderr)) stderr.write('\r\x1b[K');
  writeFileSync(savedPath, `${JSON.stringify({ ...shrunk.trace, name: trace.name }, null, 1)}\n`);
  const minimal = shrunk.minimal ? '' : ' (the runs were used up: perhaps not the fewest)';
  say(
    io,
    `  shrunk from ${shrunk.from} to ${counted(shrunk.to, 'entry', 'entries')} in ${counted(shrunk.runs, 'run')}${minimal}`,
  );
  const { injections, ticks = [] } = shrunk.trace.schedule;
  const left = [...injections, ...ticks].map(describeInjection);
  for (const line of left.slice(0, describedMax)) say(io, `    ${line}`);
  if (left.length > describedMax) say(io, `    and ${left.length - describedMax} more`);
}

/** A word of a command line as a shell needs it. */
function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
