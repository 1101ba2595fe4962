// Standard output and error of a worker node. Node sends what a worker writes through the main thread's event
// loop, and what hasn't got there when the worker ends, or while that loop is blocked, is late or lost. Here it is
// written before `write` returns.
import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { writeAll } from './writeSync.ts';

/** Makes this thread's `process.stdout` and `process.stderr` write at once. Everything else of them stays. */
export function writeStdioAtOnce(): void {
  writeAtOnce(process.stdout, 1);
  writeAtOnce(process.stderr, 2);
}

/** Only the innermost step is replaced, so encodings, callbacks, return values and events are the stream's own. */
function writeAtOnce(stream: Writable, fd: number): void {
  stream._write = (chunk: string | Uint8Array, encoding, done) => {
    writeAll(fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    done();
  };
  // Otherwise chunks that were corked would still go the other way.
  Object.defineProperty(stream, '_writev', { value: undefined });
}
