// Which case and system runs when. Each sample is taken in a process of its own, so that no system inherits
// another's heap, compiled code or open threads; and the systems of a case take turns, so that a slow minute
// of the machine hits all of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { erlangVersion } from './machine.js';

const child = fileURLToPath(new URL('child.js', import.meta.url));
const timeoutMs = 300_000;

/**
 * @param {import('../suites.js').Suite} suite
 * @param {{ quick: boolean, runs: number, cases?: string[], systems?: string[] }} options
 * @returns results with their samples; `notes` say what was left out and why; `failures` what went wrong
 */
export async function runSuite(suite, options) {
  const { cases, notes } = select(suite, options);
  const results = [];
  const failures = [];
  for (const { name, unit, systems, measures, runsMax = Number.POSITIVE_INFINITY } of cases) {
    const runs = Math.min(options.runs, runsMax);
    const left = new Map(systems.map((system) => [system, []]));
    for (let run = 0; run < runs; run++) {
      for (const [system, samples] of left) {
        progress(`${name}, ${system}, run ${run + 1} of ${runs}`);
        const outcome = await sample(suite.name, name, system, options.quick);
        const taken = outcome.value ?? outcome.values;
        if (taken !== undefined) samples.push(taken);
        else left.delete(system);
        if (outcome.skipped !== undefined) notes.push(`${name}, ${system}: left out, ${outcome.skipped}`);
        if (outcome.failed !== undefined) failures.push(`${name}, ${system}: ${outcome.failed}`);
      }
    }
    results.push(...resultsOf({ suite: suite.name, name, unit, measures }, left));
  }
  progress('');
  return { results, notes, failures };
}

/** One result for each system; where a sample is several numbers, one for each of those and each system. */
export function resultsOf({ suite, name, unit, measures }, samplesBySystem) {
  const systems = [...samplesBySystem];
  if (measures === undefined) {
    return systems.map(([system, samples]) => ({ suite, case: name, system, unit, samples }));
  }
  return measures.flatMap((measure) =>
    systems.map(([system, taken]) => ({
      suite,
      case: `${name}, ${measure.name}`,
      system,
      unit: measure.unit,
      samples: taken.map((values) => values[measure.name]),
    })),
  );
}

/** The cases and systems that were asked for and can run here. */
function select(suite, { cases: caseNames, systems: systemNames }) {
  const known = [...new Set(suite.cases.flatMap(({ systems }) => systems))];
  for (const name of caseNames ?? []) {
    if (!suite.cases.some((item) => item.name === name)) {
      throw new Error(
        `no case '${name}' in ${suite.name}: ${suite.cases.map((item) => item.name).join('; ')}`,
      );
    }
  }
  for (const name of systemNames ?? []) {
    if (!known.includes(name)) throw new Error(`no system '${name}' in ${suite.name}: ${known.join(', ')}`);
  }
  const notes = [];
  const absent = [];
  if (
    known.includes('erlang') &&
    systemNames?.includes('erlang') !== false &&
    erlangVersion() === undefined
  ) {
    absent.push('erlang');
    notes.push('erlang: left out, `erl` is not on the path (Debian: apt-get install erlang-base)');
  }
  const wanted = (system) => (systemNames?.includes(system) ?? true) && !absent.includes(system);
  const cases = suite.cases
    .filter(({ name }) => caseNames?.includes(name) ?? true)
    .map((item) => ({ ...item, systems: item.systems.filter(wanted) }));
  return { cases, notes };
}

/** Takes one sample in a fresh process, which answers on file descriptor 3. */
async function sample(suite, caseName, system, quick) {
  const size = quick ? 'quick' : 'normal';
  const args = ['--expose-gc', child, suite, caseName, system, size];
  const taker = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const [stderr, answer, [code, signal]] = await Promise.all([
    text(taker.stderr),
    text(taker.stdio[3]),
    once(taker, 'close'),
  ]);
  if (signal === 'SIGKILL') return { failed: `ended by force, or took more than ${timeoutMs / 1000} s` };
  if (code !== 0 || answer === '') return { failed: errorOf(stderr) ?? `ended with exit code ${code}` };
  return JSON.parse(answer);
}

/** The error that Node.js printed when the process ended, with the beginning of its stack. */
function errorOf(stderr) {
  const lines = stderr.trim().split('\n');
  const first = lines.findIndex((line) => /^\S*Error\b/.test(line));
  return first === -1 ? stderr.trim() || undefined : lines.slice(first, first + 6).join('\n');
}

async function text(stream) {
  let all = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) all += chunk;
  return all;
}

function progress(line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}
