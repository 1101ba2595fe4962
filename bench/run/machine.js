// On what a report was measured.
import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** The machine, as the report's `machine`. */
export function describeMachine() {
  const erlang = erlangVersion();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    ...(erlang === undefined ? {} : { erlang }),
  };
}

/** The commit of this repository, with `+` when the tree differs from it. */
export function sourceCommit() {
  const cwd = new URL('..', import.meta.url);
  const commit = output('git', ['rev-parse', '--short=12', 'HEAD'], cwd);
  if (commit === undefined) return 'unknown';
  return output('git', ['status', '--porcelain'], cwd) === '' ? commit : `${commit}+`;
}

/** `Erlang/OTP 27`, or `undefined` where `erl` and `erlc` aren't on the path. */
export function erlangVersion() {
  const print = 'io:put_chars(erlang:system_info(otp_release)), halt().';
  const release = output('erl', ['-noshell', '-eval', print]);
  return release === undefined ? undefined : `Erlang/OTP ${release}`;
}

function output(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
