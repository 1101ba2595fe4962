// Inputs that can't be read at any place at any time: compressed files, archives, what a server has, and records of formats
// without places to cut. They come as streams, of which pieces of whole records are mapped one after the other.
import { compressionMarkBytes, compressionOf } from '../../inputs/compression.ts';
import { documentsOf } from '../../inputs/documents.ts';
import { isTar, tarMarkBytes } from '../../inputs/tar.ts';
import type { Reader, StoredBytes } from '../readers/reader.ts';
import type { InputPart } from './messages.ts';
import { openPart } from './parts.ts';
import { storedBytes, waitedFor } from './storedBytes.ts';
import type { TaskEnv } from './taskEnv.ts';
import { batches, pieces, type Stretch } from './wholeRecords.ts';

type Env = Pick<TaskEnv, 'job' | 'settings' | 'disk' | 'pace'>;

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
      yield* pieces(name, bytes, { start: 0, end: Number.POSITIVE_INFINITY }, reader, env.settings.readBytes);
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
  return pieces(path, source, range, reader, env.settings.readBytes);
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
