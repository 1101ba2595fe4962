// What travels to a task's thread and back. A request: task, module, fingerprint, input. An outcome: whether it went
// well, then the result or the error.
import { CorruptMessageError, UncloneableValueError } from '../protocol/errors.ts';
import type { Task } from '../protocol/task.ts';
import type { Beside, ByteReader, ByteWriter } from './buffer.ts';
import { readDynamic } from './dynamic.ts';
import { type SerializedError, serializeError } from './errorCodec.ts';
import type { RefBinder } from './refs.ts';
import type { TaskTable } from './taskTable.ts';

/** Bytes, and the memory that goes beside them. Both are the receiver's own. */
export interface Parcel {
  readonly frame: Uint8Array;
  readonly beside: Beside['buffers'];
}

/** A larger frame's memory changes hands instead of being copied. */
const copiedBytesMax = 4096;

export function writeRequest(task: Task, table: TaskTable, input: unknown, writer: ByteWriter): Parcel {
  return parcelOf(writer, () => {
    writer.string(task.name);
    writer.string(task.module ?? '');
    writer.u32(table.fingerprint);
    table.input.write(input, writer, nobody);
  });
}

/** Which task is asked for, and by which version; the input follows. */
export interface RequestHead {
  readonly task: string;
  readonly module: string | undefined;
  readonly fingerprint: number;
}

export function readRequestHead(reader: ByteReader): RequestHead {
  return { task: reader.string(), module: reader.string() || undefined, fingerprint: reader.u32() };
}

export function readInput(reader: ByteReader, table: TaskTable): unknown {
  return table.input.read(reader, nobody);
}

const wentWell = 0;
const failed = 1;

export function writeResult(table: TaskTable, result: unknown, writer: ByteWriter): Parcel {
  return parcelOf(writer, () => {
    writer.u8(wentWell);
    table.output.write(result, writer, nobody);
  });
}

export function writeFailure(thrown: unknown, writer: ByteWriter): Parcel {
  return parcelOf(writer, () => {
    writer.u8(failed);
    writer.block(writer.platform.serialize(serializeError(thrown, writer.platform)));
  });
}

/** The result, or the error as data. */
export type ReadOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: SerializedError };

export function readOutcome(reader: ByteReader, table: TaskTable): ReadOutcome {
  const kind = reader.u8();
  if (kind === wentWell) return { ok: true, result: table.output.read(reader, nobody) };
  if (kind === failed) return { ok: false, error: readDynamic(reader) as SerializedError };
  throw new CorruptMessageError(`no outcome ${kind} of a task`);
}

/** Fills the writer, takes out what was written, and leaves the writer ready for the next. */
function parcelOf(writer: ByteWriter, fill: () => void): Parcel {
  const beside: Beside = { buffers: [] };
  writer.position = 0;
  writer.beside = beside;
  fill();
  const { bytes, position } = writer;
  if (position <= copiedBytesMax) return { frame: bytes.slice(0, position), beside: beside.buffers };
  writer.replace(new Uint8Array(copiedBytesMax));
  return { frame: bytes.subarray(0, position), beside: beside.buffers };
}

/** Memory that may be given away: a frame's own and what was moved, each once; shared memory has no owner. */
export function transferable({ frame, beside }: Parcel): ArrayBuffer[] {
  const buffers = new Set(beside.filter((buffer) => buffer instanceof ArrayBuffer));
  if (frame.length > copiedBytesMax) buffers.add(frame.buffer as ArrayBuffer);
  return [...buffers];
}

/** Pool threads are no nodes. */
const nobody: RefBinder = {
  identify(ref) {
    throw new UncloneableValueError(`${ref.path} can't be given to a task: it runs outside the nodes`);
  },
  bind() {
    throw new CorruptMessageError('a ref in what a task is given');
  },
};
