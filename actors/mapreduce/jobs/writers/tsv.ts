// Lines of fields between tabs.
import type { ByteWriter } from '../encoding/byteWriter.ts';
import { LineCursor } from '../readers/lines.ts';
import type { Cursor, Part } from '../readers/reader.ts';
import type { Writer } from './writer.ts';

/** What a field may be; numbers as JavaScript writes them. */
export type TsvField = string | number | boolean | bigint;

/**
 * A line for each record, its fields between tabs; a record that is no array is a line of one field. Backslash, tab, line
 * feed and carriage return in a field are written as `\\`, `\t`, `\n` and `\r`. Read back, all fields are strings; where
 * that matters, take `jsonOutput()` or `valueOutput()`.
 */
export function tsv<O extends TsvField | readonly TsvField[]>(): Writer<O, readonly string[]> {
  return {
    name: 'tsv',
    extension: '.tsv',
    write(record, to) {
      if (Array.isArray(record)) {
        for (let i = 0; i < record.length; i++) {
          if (i > 0) to.byte(9);
          writeField(record[i] as TsvField, to);
        }
      } else {
        writeField(record as TsvField, to);
      }
      to.byte(10);
    },
    reader: {
      name: 'tsv',
      splits: true,
      unpacks: true,
      open: (part, readBytes) => new FieldCursor(part, readBytes),
      cutBehind: (bytes) => bytes.lastIndexOf(10) + 1,
    },
  };
}

const special = /[\\\t\n\r]/;
const everySpecial = /[\\\t\n\r]/g;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const unescapes: Record<string, string> = { '\\\\': '\\', '\\t': '\t', '\\n': '\n', '\\r': '\r' };

function writeField(field: TsvField, to: ByteWriter): void {
  const text = typeof field === 'string' ? field : String(field);
  to.utf8(special.test(text) ? text.replace(everySpecial, (unit) => escapes[unit]!) : text);
}

class FieldCursor implements Cursor<readonly string[]> {
  private readonly lines: LineCursor;

  constructor(part: Part, readBytes: number) {
    this.lines = new LineCursor(part, readBytes, 'utf8');
  }

  get record(): readonly string[] {
    return this.lines.record
      .split('\t')
      .map((field) =>
        field.includes('\\') ? field.replace(/\\[\\tnr]/g, (pair) => unescapes[pair]!) : field,
      );
  }

  get offset(): number {
    return this.lines.offset;
  }

  next(): boolean {
    return this.lines.next();
  }
}
