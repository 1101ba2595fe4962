// Runs the command of a system over a corpus, checks its words, and takes the time or the memory.
import { spawnSync } from 'node:child_process';
import { settings } from './cases.js';
import { checkInstalled, commands, isSlow } from './commands.js';
import { corpus } from './corpora.js';

/** Each case that a system takes part in, as functions of the meter. */
export function casesOf(system) {
  const own = Object.entries(settings).filter(([, { systems }]) => systems.includes(system));
  return Object.fromEntries(own.map(([name, setting]) => [name, (meter) => measure(system, setting, meter)]));
}

function measure(system, { corpus: name, tokenizer, measures = 'speed' }, meter) {
  checkInstalled(system);
  const text = corpus(name, { quick: meter.quick, short: isSlow(system) });
  // Into the page cache.
  readWhole(text.path);
  const [program, args] = commands[system](text.path, tokenizer);
  const useTime = measures === 'memory';
  const start = performance.now();
  const { status, stdout, stderr, error } = useTime
    ? spawnSync('/usr/bin/time', ['-f', '%M', program, ...args], options)
    : spawnSync(program, args, options);
  const elapsedMs = performance.now() - start;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${system} ended with ${status}: ${stderr}`);
  if (tokenizer === 'whitespace' && text.expected !== undefined) check(stdout, text.expected.top, system);
  else if (stdout.trim() === '') throw new Error(`${system} gave no words`);
  if (useTime) return Number(stderr.trim().split('\n').at(-1)) / 1000;
  return measures === 'time' ? elapsedMs : (text.bytes / elapsedMs) * 1000;
}

const options = {
  encoding: 'utf8',
  env: { ...process.env, LC_ALL: 'C.UTF-8', NODE_OPTIONS: '' },
  maxBuffer: 1 << 28,
};

function readWhole(path) {
  spawnSync('cat', [path], { stdio: 'ignore' });
}

/** The words must be the expected ones in the expected order, whichever column they are in. */
function check(stdout, top, system) {
  const got = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([a, b]) => (system.startsWith('thrum') ? `${a} ${b}` : `${b} ${a}`));
  const wanted = top.map(([word, count]) => `${word} ${count}`);
  if (got.join('\n') !== wanted.join('\n')) {
    throw new Error(
      `${system} counted otherwise: ${got.slice(0, 3).join(', ')} and not ${wanted.slice(0, 3).join(', ')}`,
    );
  }
}
