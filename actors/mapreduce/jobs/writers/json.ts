// JSON, a value a line.
import { jsonLines } from '../readers/jsonLines.ts';
import type { Writer } from './writer.ts';

/** A line of JSON for each record. A record that JSON leaves out (`undefined`, a function) is an error. */
export function jsonOutput<O>(): Writer<O> {
  return {
    name: 'jsonLines',
    extension: '.jsonl',
    write(record, to) {
      const text = JSON.stringify(record) as string | undefined;
      if (text === undefined) throw new TypeError(`JSON can't say ${String(record)}`);
      to.utf8(text);
      to.byte(10);
    },
    reader: jsonLines<O>(),
  };
}
