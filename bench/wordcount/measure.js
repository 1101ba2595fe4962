// Runs the command of a system over a corpus, checks its words, and takes the time or the memory.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { Skipped } from '../run/meter.js';
import { peakBeyond } from './beyond.js';
import { settings } from './cases.js';
import { checkInstalled, commands, isSlow } from './commands.js';
import { corpus } from './corpora.js';

/** Each case that a system takes part in, as functions of the meter. */
export function casesOf(system) {
  const own = Object.entries(settings).filter(([, { systems }]) => systems.includes(system));
  return Object.fromEntries(own.map(([name, setting]) => [name, (meter) => measure(system, setting, meter)]));
}

function measure(system, setting, meter) {
  if (setting.beyond !== undefined) return peakBeyond(setting.beyond, meter);
  const { corpus: name, tokenizer, measures = 'speed', form = 'plain' } = setting;
  checkInstalled(system);
  const text = corpus(name, { quick: meter.quick, short: isSlow(system) });
  const path = form === 'gz' ? compressed(text.path) : text.path;
  if (form === 'cold') dropFromCache(path);
  else readWhole(path);
  const [program, args] = commands[system](path, tokenizer);
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

/** Into the page cache. */
function readWhole(path) {
  spawnSync('cat', [path], { stdio: 'ignore' });
}

/** The file beside it, made once. */
function compressed(path) {
  const packed = `${path}.gz`;
  if (!existsSync(packed)) {
    const { status, error } = spawnSync('sh', [
      '-c',
      'gzip -c "$1" > "$1.part" && mv "$1.part" "$2"',
      'sh',
      path,
      packed,
    ]);
    if (error !== undefined || status !== 0) throw new Skipped('`gzip` is not on the path');
  }
  return packed;
}

/** @throws {Skipped} where the system keeps the file in its cache, or doesn't say whether it does */
function dropFromCache(path) {
  spawnSync('sync', [path]);
  spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  const { stdout, error } = spawnSync('fincore', ['-nbo', 'RES', path], { encoding: 'utf8' });
  if (error !== undefined)
    throw new Skipped("`fincore`, which says what is in the page cache, isn't on the path");
  if (Number(stdout) > statSync(path).size / 20) throw new Skipped('the file stays in the page cache');
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
