// A map task of records that are only put in order: each goes to its range, as bytes. Their order within is the reducer's.
import { InputError } from '../../inputs/problem.ts';
import { ByteReader } from '../encoding/byteReader.ts';
import { checksum } from '../encoding/checksum.ts';
import type { MapResult } from '../engine/mapTask.ts';
import type { InputPart, MapOrder } from '../engine/messages.ts';
import { openPart } from '../engine/parts.ts';
import { remoteBytes } from '../engine/storedBytes.ts';
import { Tally } from '../engine/tally.ts';
import { attemptFile, isSystemError, SurroundingsError, type TaskEnv } from '../engine/taskEnv.ts';
import { PartialRecordError } from '../readers/fixedRecords.ts';
import { RecordBounds } from './bounds.ts';
import { recordCopier } from './recordOrder.ts';

/** Before each range's records: a checksum over them. */
export const checksumBytes = 4;
/** Between two looks whether the task is still wanted. */
const recordsPerBreath = 65_536;

/**
 * Runs the task.
 *
 * @throws `SurroundingsError`, and what `env.pace` ends a task with
 */
export async function mapRecords(
  env: TaskEnv,
  order: MapOrder,
  sizes: { recordBytes: number; keyBytes: number },
): Promise<MapResult> {
  const tally = new Tally(env.job.counters);
  const records = await readAll(env, order.parts, sizes.recordBytes, tally);
  env.progress.bytes = records.length;
  env.progress.share = 0.5;
  await env.pace.breathe();
  const { content, offsets } = await scatter(env, order, sizes, records);
  tally.records = tally.emitted = records.length / sizes.recordBytes;
  const { settings, disk } = env;
  const isKept = settings.directory === undefined || (!settings.keepsRuns && env.mayKeep(content.length));
  if (isKept) return { sealed: { offsets }, content, tallies: tally.toJSON() };
  const file = attemptFile(settings, { phase: 'map', ...order });
  try {
    const written = disk.create(file);
    try {
      written.write(content);
    } finally {
      written.close();
    }
  } catch (error) {
    throw new SurroundingsError(error);
  }
  tally.spilledBytes = content.length;
  return { sealed: { file, offsets }, content: undefined, tallies: tally.toJSON() };
}

async function readAll(
  env: TaskEnv,
  parts: readonly InputPart[],
  recordBytes: number,
  tally: Tally,
): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((sum, { start, end }) => sum + end - start, 0));
  let filled = 0;
  for (const input of parts) {
    const before = filled;
    try {
      if (input.remote !== undefined) {
        const bytes = await remoteBytes(input, env);
        all.set(bytes, filled);
        filled += bytes.length;
      } else {
        filled = readPart(env, input, all, filled);
      }
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof InputError)) throw error;
      const { message, code } = error;
      tally.unreadable.push({ path: input.path, message, ...(code !== undefined && { code }) });
      filled = before;
    }
    const left = (filled - before) % recordBytes;
    if (left > 0) throw new SurroundingsError(new PartialRecordError(input.path, recordBytes, left));
    tally.bytes += filled - before;
  }
  return all.subarray(0, filled);
}

/** Reads a part to where the bytes are filled; returns how far they are then. */
function readPart(env: TaskEnv, input: InputPart, all: Uint8Array, from: number): number {
  const part = openPart(input, env.disk);
  try {
    const end = from + input.end - input.start;
    let filled = from;
    for (let read = -1; read !== 0 && filled < end; filled += read) {
      read = part.read(all.subarray(filled, end), input.start + filled - from);
    }
    return filled;
  } finally {
    part.close();
  }
}

/** Puts each record to those of its range, in two passes: how many there are of each, then where each goes. */
async function scatter(
  env: TaskEnv,
  order: MapOrder,
  { recordBytes, keyBytes }: { recordBytes: number; keyBytes: number },
  records: Uint8Array,
): Promise<{ content: Uint8Array; offsets: number[] }> {
  const { partitions } = env.settings;
  const bounds = new RecordBounds(new ByteReader(order.bounds).value() as Uint8Array[], keyBytes);
  const count = records.length / recordBytes;
  const ranges = new Uint16Array(count);
  const counts = new Uint32Array(partitions);
  for (let record = 0; record < count; record++) {
    const range = bounds.rangeAt(records, record * recordBytes);
    ranges[record] = range;
    counts[range]!++;
    if (record % recordsPerBreath === 0) await env.pace.tick();
  }
  const offsets = [0];
  for (const n of counts) offsets.push(offsets.at(-1)! + (n === 0 ? 0 : checksumBytes + n * recordBytes));
  const content = new Uint8Array(offsets.at(-1)!);
  const copy = recordCopier(records, content, recordBytes);
  const next = Float64Array.from(offsets, (offset) => offset + checksumBytes);
  for (let record = 0; record < count; record++) {
    const range = ranges[record]!;
    copy(record * recordBytes, next[range]!);
    next[range]! += recordBytes;
    if (record % recordsPerBreath === 0) await env.pace.tick();
  }
  const view = new DataView(content.buffer);
  for (let range = 0; range < partitions; range++) {
    const start = offsets[range]!;
    const end = offsets[range + 1]!;
    if (end > start) view.setUint32(start, checksum(content.subarray(start + checksumBytes, end)), true);
  }
  return { content, offsets };
}
