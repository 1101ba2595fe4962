#!/usr/bin/env node
// The process behind the `thrum` command: real streams, signals and the exit code. All else is in cli.ts.
import { fstatSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { keepCompiledCode } from './codeCache.ts';

keepCompiledCode();

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Temporary files and the progress bar are cleared away by abort listeners, before this call returns.
    interruption.abort();
    // Not process.exitCode: the threads may be in the midst of a long count, and exiting stops them.
    process.exit(128 + constants.signals[signal]);
  });
}
for (const stream of [process.stdout, process.stderr]) {
  // A write's own callback tells the command that the reader has gone; without a listener, Node would throw too.
  stream.on('error', () => {});
}

let isDone = false;
process.once('beforeExit', () => {
  if (isDone) return;
  // Node.js would say that a top-level await of this file never settled, and leave temporary files.
  interruption.abort();
  process.stderr.write(
    'thrum: failed: what is run waits for a promise that nothing will settle: no timer is set, and nothing is read or written\n',
  );
  process.exit(1);
});

const { runCli } = await import('./cli.ts');
let stdin: Readable | undefined;
process.exitCode = await runCli(process.argv.slice(2), {
  get stdin() {
    stdin = isDirectory(0) ? refused('it is a directory: name it instead') : process.stdin;
    return stdin;
  },
  get stdinIsPiped() {
    return isFed(0);
  },
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
});
isDone = true;
// After a failure there may be more to come that nobody wants: an open pipe would keep the process waiting.
stdin?.destroy();

/** Of a directory, say, Node.js makes a stream without anything in it. */
function refused(why: string): Readable {
  return new Readable({
    read() {
      this.destroy(new Error(why));
    },
  });
}

function isDirectory(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isDirectory();
  } catch {
    return false;
  }
}

function isFed(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    // Node.js 20 looks at what was looked at last when it follows symbolic links to a module, and gives up behind a pipe:
    // a job in a folder whose packages are links would then be loaded with an engine of its own.
    statSync(process.execPath);
    return stats.isFIFO() || stats.isFile() || stats.isSocket();
  } catch {
    return false;
  }
}
