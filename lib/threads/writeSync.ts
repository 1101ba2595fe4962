// Writes to standard output and error at once, from any thread, whatever the event loops of the process do.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';

/** Between two attempts at a full pipe, in milliseconds. */
const retryMs = 1;
const never = new Int32Array(new SharedArrayBuffer(4));

/** Descriptors whose reader is gone: there is nobody to write for. */
const abandoned = new Set<number>();

/**
 * Writes all of `bytes` to a descriptor and waits while its reader is slow, as Node's main thread does. Where
 * nobody reads any more it gives up, quietly.
 */
export function writeAll(fd: number, bytes: Uint8Array, write: typeof writeSync = writeSync): void {
  if (abandoned.has(fd)) return;
  let at = 0;
  while (at < bytes.length) {
    try {
      at += write(fd, bytes, at, bytes.length - at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EINTR') continue;
      if (code !== 'EAGAIN') {
        abandoned.add(fd);
        return;
      }
      // The host's side of a pipe doesn't block, and the descriptor is the same one.
      Atomics.wait(never, 0, 0, retryMs);
    }
  }
}

/** Writes text to standard error. */
export function writeError(text: string): void {
  writeAll(2, Buffer.from(text));
}
