// Where results go: a stream that may push back or be closed by its reader, or a file that appears only once it
// is complete.
import { createWriteStream, fchmodSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describeFailure } from '../mapreduce/inputs/index.ts';
import type { CommandIo } from './io.ts';
import { escapeControls } from './text.ts';

export interface Output {
  /** Settles when the text is taken, so that a slow reader slows the writer. */
  write(text: string | Uint8Array): Promise<void>;
  /** What was written is now the result. */
  commit(): Promise<void>;
  /** Clears away what isn't complete. After a commit it does nothing. */
  abandon(): void;
}

/** A result that could not be written; the system's own error is the `cause`. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code = 'ERR_THRUM_OUTPUT';
  /** True when whoever read the output has closed it, as `head` does: there is nobody to write for. */
  readonly readerIsGone: boolean;

  constructor(target: string, cause: unknown) {
    super(`${target}: ${describeFailure(cause)}`, { cause });
    const { code } = cause as NodeJS.ErrnoException;
    this.readerIsGone = code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
  }
}

/**
 * An output to `path`, or to standard output without one. Throws an {@link OutputError}, as its methods do.
 *
 * @param shown what errors call it, where that isn't its path
 */
export function openOutput(path: string | undefined, io: CommandIo, shown = path): Output {
  const target = shown === undefined ? 'standard output' : escapeControls(shown);
  try {
    const output = path === undefined ? openStream(io.stdout) : openFile(path, io.signal);
    const explain = (cause: unknown): never => {
      throw new OutputError(target, cause);
    };
    return {
      write: (text) => output.write(text).catch(explain),
      commit: () => output.commit().catch(explain),
      abandon: () => output.abandon(),
    };
  } catch (cause) {
    throw new OutputError(target, cause);
  }
}

/** Writes all pieces and commits. Where the reader has seen enough, as `head` does after its lines, that is no failure. */
export async function writeAll(
  output: Output,
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<void> {
  try {
    for await (const piece of pieces) await output.write(piece);
    await output.commit();
  } catch (error) {
    if (!(error instanceof OutputError && error.readerIsGone)) throw error;
  }
}

function openStream(stream: Writable): Output {
  // Not ended: the process's own stream isn't ours to end, and each write has settled.
  return { write: (text) => writeTo(stream, text), commit: async () => {}, abandon: () => {} };
}

function openFile(path: string, signal: AbortSignal): Output {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing?.isDirectory()) throw new Error('is a directory');
  // A pipe or a device, such as /dev/null, is written to; replacing it by a file would destroy it.
  if (existing && !existing.isFile()) return openDirectly(path);
  // A symbolic link stays one: it is what it leads to that is replaced.
  return openReplacing(existing ? realpathSync(path) : path, existing?.mode, signal);
}

function writeTo(stream: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function openDirectly(path: string): Output {
  const stream = createWriteStream(path);
  stream.on('error', () => {}); // the write that failed rejects
  return {
    write: (text) => writeTo(stream, text),
    commit: () => finished(stream.end()),
    abandon: () => void stream.destroy(),
  };
}

function openReplacing(path: string, mode: number | undefined, signal: AbortSignal): Output {
  const temporaryPath = join(dirname(path), `.thrum-${crypto.randomUUID()}.tmp`);
  // Opened synchronously: were it still under way when the signal aborts, the file would appear after the removal.
  const descriptor = openSync(temporaryPath, 'wx');
  const stream = createWriteStream(temporaryPath, { fd: descriptor, flush: true });
  stream.on('error', () => {}); // the write that failed rejects
  const abandon = (): void => {
    signal.removeEventListener('abort', abandon);
    stream.destroy();
    rmSync(temporaryPath, { force: true });
  };
  signal.addEventListener('abort', abandon);
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode);
  } catch (error) {
    abandon();
    throw error;
  }
  return {
    write: (text) => writeTo(stream, text),
    commit: async () => {
      await finished(stream.end());
      renameSync(temporaryPath, path);
      signal.removeEventListener('abort', abandon);
    },
    abandon,
  };
}
