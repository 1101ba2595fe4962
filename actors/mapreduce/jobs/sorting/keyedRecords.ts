// A map and a reduce for records that are only put in order: they do what they say, and the engine knows them, so that a
// job that has both is done on bytes, without an object a record.
import type { Emit, Job } from '../job.ts';
import type { FixedRecordReader } from '../readers/fixedRecords.ts';

const prefixBytes: unique symbol = Symbol.for('thrum.mapreduce.prefixBytes') as never;
const passesAll: unique symbol = Symbol.for('thrum.mapreduce.passesAll') as never;

/** A `map` that emits each record under its first `bytes` bytes. */
export function byPrefix(bytes: number): (record: Uint8Array, emit: Emit<Uint8Array, Uint8Array>) => void {
  const map = (record: Uint8Array, emit: Emit<Uint8Array, Uint8Array>): void => {
    emit(record.subarray(0, bytes), record);
  };
  return Object.assign(map, { [prefixBytes]: bytes });
}

/** A `reduce` that puts out all values, in the order of the keys. */
export const everyValue = Object.assign(
  (_key: unknown, values: Iterable<Uint8Array>, emit: (record: Uint8Array) => void): void => {
    for (const value of values) emit(value);
  },
  { [passesAll]: true },
);

/** The sizes of a job that only puts records in order; undefined for any other. */
export function recordSort(job: Job): { recordBytes: number; keyBytes: number } | undefined {
  const { code, input, output } = job;
  const keyBytes = (code.map as { [prefixBytes]?: number })[prefixBytes];
  const passes = (code.reduce as { [passesAll]?: boolean })[passesAll] === true;
  const { recordBytes } = input as Partial<FixedRecordReader>;
  const isPlain =
    code.combine === undefined && code.sort.keys === undefined && code.sort.values === undefined;
  if (keyBytes === undefined || recordBytes === undefined || !passes || !isPlain) return undefined;
  if (output.name !== input.name || code.partition !== 'range' || keyBytes > recordBytes) return undefined;
  return { recordBytes, keyBytes };
}
