// The bytes of a part as they are stored, from a file, from memory or from a server, while the task says that it lives.
import { setTimeout } from 'node:timers/promises';
import { InputError } from '../../inputs/problem.ts';
import { RemoteFile } from '../../inputs/remote/remoteFile.ts';
import type { Disk } from '../files/disk.ts';
import type { StoredBytes } from '../readers/reader.ts';
import type { InputPart } from './messages.ts';
import { checkSize } from './parts.ts';
import type { TaskEnv } from './taskEnv.ts';

type Env = Pick<TaskEnv, 'settings' | 'disk' | 'pace'>;

/** How often a task that waits for bytes says that it lives. */
const waitMs = 250;

/** What is stored, with its bytes counted as they come. */
export function storedBytes(
  input: InputPart,
  { disk, settings }: Env,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): StoredBytes {
  const { path, bytes, content } = input;
  const away = input.remote && remoteFile(input, signal);
  const isSized = input.remote?.sized !== false;
  async function* pieces(start = 0, end?: number): AsyncGenerator<Uint8Array> {
    const to = end ?? bytes;
    const held = content && [content.subarray(start, to)];
    const source = away?.pieces(start, end) ?? held ?? filePieces(disk, input, start, to, settings.readBytes);
    for await (const piece of source) {
      onRead(piece.length);
      yield piece;
    }
  }
  return { path, bytes: isSized ? bytes : undefined, hasRanges: input.remote?.ranges !== false, pieces };
}

async function* filePieces(
  disk: Disk,
  input: InputPart,
  start: number,
  end: number,
  readBytes: number,
): AsyncGenerator<Uint8Array> {
  const file = disk.open(input.path);
  try {
    for (let at = start; at < end; ) {
      // A piece may wait in a decoder while the next is read: each has memory of its own.
      const piece = new Uint8Array(Math.min(readBytes, end - at));
      const length = file.read(piece, at);
      if (length === 0) return checkSize(input, disk);
      at += length;
      yield piece.subarray(0, length);
    }
  } finally {
    file.close();
  }
}

/**
 * All bytes of a part of a remote file.
 *
 * @throws InputError; what ends the task, which is looked for while bytes are waited for
 */
export async function remoteBytes(input: InputPart, env: Env): Promise<Uint8Array> {
  if (input.remote?.sized === false) {
    throw new InputError('is on a server that doesn’t say how long it is: fetch it, and name the file');
  }
  const ending = new AbortController();
  try {
    return await waitedFor(remoteFile(input, ending.signal).read(input.start, input.end), env);
  } finally {
    ending.abort(new Error('the task is over'));
  }
}

/** Waits, and meanwhile says now and then that the task goes on. */
export async function waitedFor<T>(promise: Promise<T>, { pace }: Env): Promise<T> {
  promise.catch(() => {});
  const timer = new AbortController();
  try {
    for (;;) {
      const late = setTimeout(waitMs, true, { signal: timer.signal }).catch(() => true);
      const isLate = await Promise.race([promise.then(() => false), late]);
      if (!isLate) return await promise;
      await pace.breathe();
    }
  } finally {
    timer.abort();
  }
}

function remoteFile({ path, bytes, remote }: InputPart, signal: AbortSignal): RemoteFile {
  return new RemoteFile(path, bytes, remote!, { signal });
}
