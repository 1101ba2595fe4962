// Inputs that can't be read at any place at any time: compressed files, archives, what a server has, and records of formats
// without places to cut. They come as streams, of which pieces of whole records are mapped one after the other.
import { setTimeout } from 'node:timers/promises';
import { compressionMarkBytes, compressionOf } from '../../inputs/compression.ts';
import { documentsOf } from '../../inputs/documents.ts';
import { InputError } from '../../inputs/problem.ts';
import { RemoteFile } from '../../inputs/remote/remoteFile.ts';
import { isTar, tarMarkBytes } from '../../inputs/tar.ts';
import type { Disk } from '../files/disk.ts';
import type { Cursor, Part, Reader, StoredBytes } from '../readers/reader.ts';
import type { InputPart } from './messages.ts';
import { openPart } from './parts.ts';
import type { TaskEnv } from './taskEnv.ts';

/** Records of one file, or of one in an archive. */
export interface Stretch {
  readonly path: string;
  readonly cursor: Cursor<unknown>;
}

type Env = Pick<TaskEnv, 'job' | 'settings' | 'disk' | 'pace'>;

/** How often a task that waits for bytes says that it lives. */
const waitMs = 250;
/** Pieces are of about this size, or of one record. */
const pieceBytes = 1024 * 1024;
/** So much is asked for behind a part's end, and then more and more, until its last record ends. */
const behindBytes = 64 * 1024;

/**
 * Whether an input is to be read by {@link stretchesOf}; otherwise it can be opened as it is.
 *
 * @throws the system's error for a file that can't be read
 */
export function isStreamed(input: InputPart, { job, disk }: Env): boolean {
  if (input.remote !== undefined || job.input.records !== undefined) return true;
  if (input.content !== undefined || job.input.unpacks !== true) return false;
  const part = openPart(input, disk);
  try {
    const head = new Uint8Array(Math.min(tarMarkBytes, input.bytes));
    return isPacked(input.path, head.subarray(0, part.read(head, 0)));
  } finally {
    part.close();
  }
}

/** `head`: the first bytes, as many as marks have. */
function isPacked(path: string, head: Uint8Array): boolean {
  return compressionOf(path, head.subarray(0, compressionMarkBytes)) !== undefined || isTar(head);
}

/**
 * The records of a part, stretch after stretch. The part that begins a packed file has all of it; its others have nothing.
 *
 * @param onRead told how many bytes were read, as they are stored
 * @throws InputError, the system's error; what ends the task, which is looked for while bytes are waited for
 */
export async function* stretchesOf(
  input: InputPart,
  env: Env,
  onRead: (bytes: number) => void,
): AsyncGenerator<Stretch> {
  const ending = new AbortController();
  const stretches = read(input, storedBytes(input, env, ending.signal, onRead), env.job.input, env);
  try {
    for (;;) {
      const { value, done } = await waitedFor(stretches.next(), env);
      if (done) return;
      yield value;
    }
  } finally {
    // What is still asked for isn't wanted any more; and only then does its end come soon.
    ending.abort(new Error('the task is over'));
    await stretches.return(undefined).catch(() => {});
  }
}

/** All bytes of a part of a remote file. Errors as of {@link stretchesOf}. */
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
async function waitedFor<T>(promise: Promise<T>, { pace }: Env): Promise<T> {
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

/** What is stored, with its bytes counted as they come. */
function storedBytes(
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
    const source = away?.pieces(start, end) ?? held ?? filePieces(disk, path, start, to, settings.readBytes);
    for await (const piece of source) {
      onRead(piece.length);
      yield piece;
    }
  }
  return { path, bytes: isSized ? bytes : undefined, hasRanges: input.remote?.ranges !== false, pieces };
}

async function* filePieces(
  disk: Disk,
  path: string,
  start: number,
  end: number,
  readBytes: number,
): AsyncGenerator<Uint8Array> {
  const file = disk.open(path);
  try {
    for (let at = start; at < end; ) {
      // A piece may wait in a decoder while the next is read: each has memory of its own.
      const piece = new Uint8Array(Math.min(readBytes, end - at));
      const length = file.read(piece, at);
      if (length === 0) return;
      at += length;
      yield piece.subarray(0, length);
    }
  } finally {
    file.close();
  }
}

async function* read(
  input: InputPart,
  stored: StoredBytes,
  reader: Reader<unknown>,
  env: Env,
): AsyncGenerator<Stretch> {
  const path = input.name ?? input.path;
  if (reader.unpacks !== true) {
    if (reader.records !== undefined) yield* batches(path, reader.records(stored));
    else yield* cut(input, stored, reader, env);
    return;
  }
  const isAll = input.start === 0 && input.end >= input.bytes;
  if (!isAll && !isPacked(path, await headOf(stored))) return yield* cut(input, stored, reader, env);
  if (input.start > 0) return;
  for await (const { name, bytes } of documentsOf(path, stored.pieces())) {
    if (reader.records === undefined) {
      yield* pieces(name, bytes, { start: 0, end: Number.POSITIVE_INFINITY }, reader, env);
    } else {
      const source = { path: name, bytes: undefined, hasRanges: false, pieces: () => bytes };
      yield* batches(name, reader.records(source));
    }
  }
}

async function headOf(stored: StoredBytes): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of stored.pieces(0, Math.min(tarMarkBytes, stored.bytes ?? tarMarkBytes)))
    all.push(piece);
  return Buffer.concat(all);
}

/** The records of a part of plain bytes. */
function cut(
  input: InputPart,
  stored: StoredBytes,
  reader: Reader<unknown>,
  env: Env,
): AsyncGenerator<Stretch> {
  const { start, end, bytes } = input;
  const path = input.name ?? input.path;
  const range = stored.bytes === undefined ? { start: 0, end: Number.POSITIVE_INFINITY } : { start, end };
  const source = stored.hasRanges ? onwards(stored, Math.max(0, start - 1), end, bytes) : stored.pieces();
  return pieces(path, source, range, reader, env);
}

/** Bytes from `from` on, asked for as they are wanted beyond `end`. */
async function* onwards(
  stored: StoredBytes,
  from: number,
  end: number,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  for (let at = from, more = behindBytes; at < bytes; more *= 2) {
    const next = Math.min(bytes, Math.max(at, end) + more);
    yield* stored.pieces(at, next);
    at = next;
  }
}

/**
 * Cuts bytes into pieces of whole records, and opens each like a part of a file.
 *
 * @param source the bytes from the one before `range.start` on, up to wherever the last record ends
 */
async function* pieces(
  path: string,
  source: AsyncIterable<Uint8Array>,
  range: { readonly start: number; readonly end: number },
  reader: Reader<unknown>,
  { settings }: Env,
): AsyncGenerator<Stretch> {
  const open = (held: Held, start: number, end: number, bytes: number): Stretch => ({
    path,
    cursor: reader.open(held.part(path, start, Math.min(end, range.end), bytes), settings.readBytes),
  });
  const held = new Held(Math.max(0, range.start - 1));
  let { start } = range;
  for await (const piece of source) {
    held.add(piece);
    // What isn't cut comes as a whole.
    if (reader.cutBehind === undefined || (held.end - start < pieceBytes && held.end < range.end)) continue;
    const end = start + reader.cutBehind(held.from(start));
    if (end <= start) continue;
    yield open(held, start, end, Number.MAX_SAFE_INTEGER);
    if (end >= range.end) return;
    start = end;
    held.dropUntil(start - 1);
  }
  // What is left ends where the input does. An empty file is a record to some readers.
  if (held.end > start || start === 0) yield open(held, start, held.end, held.end);
}

/** The bytes of an input from one place to another. */
class Held {
  private bytes = new Uint8Array(2 * pieceBytes);
  private start: number;
  end: number;

  constructor(start: number) {
    this.start = this.end = start;
  }

  add(piece: Uint8Array): void {
    const used = this.end - this.start;
    if (used + piece.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.bytes.length, used + piece.length));
      grown.set(this.bytes.subarray(0, used));
      this.bytes = grown;
    }
    this.bytes.set(piece, used);
    this.end += piece.length;
  }

  from(position: number): Uint8Array {
    return this.bytes.subarray(position - this.start, this.end - this.start);
  }

  dropUntil(position: number): void {
    this.bytes.copyWithin(0, position - this.start, this.end - this.start);
    this.start = position;
  }

  /** Reads no further than what is there now, which must stay until the part is done with. */
  part(path: string, start: number, end: number, bytes: number): Part {
    return {
      ...{ path, start, end, bytes: Math.min(bytes, this.end) },
      read: (into, position) => {
        const from = Math.max(0, position - this.start);
        const piece = this.bytes.subarray(from, Math.min(this.end - this.start, from + into.length));
        into.set(piece);
        return piece.length;
      },
    };
  }
}

/** Records that come in batches. Their offsets are their numbers. */
async function* batches(path: string, given: AsyncIterable<readonly unknown[]>): AsyncGenerator<Stretch> {
  let first = 0;
  for await (const batch of given) {
    yield { path, cursor: new BatchCursor(batch, first) };
    first += batch.length;
  }
}

class BatchCursor implements Cursor<unknown> {
  record: unknown = undefined;
  offset: number;
  private at = 0;
  private readonly batch: readonly unknown[];

  constructor(batch: readonly unknown[], first: number) {
    this.batch = batch;
    this.offset = first - 1;
  }

  next(): boolean {
    if (this.at === this.batch.length) return false;
    this.record = this.batch[this.at++];
    this.offset++;
    return true;
  }
}
