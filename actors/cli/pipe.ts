// Reading a named pipe, such as the shell's <(zcat corpus.gz).
import { constants, openSync } from 'node:fs';
import type { Readable } from 'node:stream';

/**
 * A stream of what comes through the pipe; it waits for a writer without holding a thread. Node's file streams
 * would: their open and their reads block a thread of the pool, and the process couldn't exit until they return.
 * Reading begins at once, so it keeps the process alive until its end or until it is destroyed.
 */
export function openPipe(path: string): Readable {
  // Loaded here, since few runs read a pipe, and all would wait for it.
  const { Socket } = process.getBuiltinModule('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
