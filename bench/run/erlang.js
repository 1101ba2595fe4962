// Runs a case written in Erlang: compiles the modules when they have changed, starts a virtual machine, reads
// the number it prints.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../erlang/', import.meta.url));
const compiled = fileURLToPath(new URL('../node_modules/.cache/thrum-bench-erlang/', import.meta.url));

/** How many schedulers the virtual machine gets: one (as much as one thread of ours), or one for each core. */
export const schedulers = { one: ['+S', '1:1'], all: [] };

/**
 * @param {string} module of `erlang/`; its `main/1` takes the case's name and the milliseconds to warm up and
 * to measure, then `more`
 * @returns {number} what it measured
 */
export function runErlang(module, caseName, meter, flags, more = []) {
  compile();
  // +P: room for skynet's million. +MMscs: memory kept for processes, without which each burst of spawns asks
  // the system for it anew (eight times slower). -noinput: no shell that would read from the terminal.
  const vm = [...flags, '+P', '2097152', '+MMscs', '2048', '-noshell', '-noinput', '-pa', compiled];
  const times = [String(meter.warmUpMs), String(meter.measureMs)];
  const args = [...vm, '-run', module, 'main', caseName, ...times, ...more];
  const printed = execFileSync('erl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return Number(printed.trim().split('\n').at(-1));
}

function compile() {
  mkdirSync(compiled, { recursive: true });
  const files = readdirSync(source).filter((name) => name.endsWith('.erl'));
  const stale = files.filter((name) => {
    const beam = `${compiled}${name.replace(/erl$/, 'beam')}`;
    return !existsSync(beam) || statSync(beam).mtimeMs < statSync(source + name).mtimeMs;
  });
  if (stale.length > 0)
    execFileSync('erlc', ['-o', compiled, ...stale], { cwd: source, stdio: ['ignore', 2, 2] });
}
