// Records of a fixed size, and values as they are.
import { fixedRecords } from '../readers/fixedRecords.ts';
import { values } from '../readers/values.ts';
import type { Writer } from './writer.ts';

/** Byte arrays one after the other, each of `bytes` bytes; others are an error. */
export function recordOutput({ bytes }: { bytes: number }): Writer<Uint8Array> {
  const reader = fixedRecords({ bytes });
  return {
    name: reader.name,
    extension: '.records',
    write(record, to) {
      if (record.length !== bytes) {
        throw new RangeError(`a record of ${record.length} bytes, where each must have ${bytes}`);
      }
      to.raw(record);
    },
    reader,
  };
}

/** Values as they are, for the app itself or for the next job: strings, numbers, bytes, arrays, maps, plain objects. */
export function valueOutput<O>(): Writer<O> {
  return {
    name: 'values',
    extension: '.values',
    write: (record, to) => to.value(record),
    reader: values<O>(),
  };
}
