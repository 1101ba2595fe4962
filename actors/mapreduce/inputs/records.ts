// Inputs made of records, of which one field is text: JSON Lines, CSV and Parquet. Each gives that text, a record on a
// line or more, to be counted like any other.
import { InputError } from './problem.ts';

export type RecordFormat = 'jsonl' | 'csv' | 'parquet';

/** Which field of which records is text. */
export interface RecordSource {
  readonly format: RecordFormat;
  readonly field: string;
}

/** What was left out. */
export interface RecordProblems {
  /** Records that can't be read, such as a line that isn't JSON. */
  bad: number;
  /** Records without the field, or where it is empty (null) or not text. */
  missing: number;
}

const textEncoder = new TextEncoder();

/**
 * The text in a field: a string, a number, a boolean, or an array of them, one on a line; `undefined` for others.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(textOf).filter((text) => text !== undefined);
  return texts.length > 0 ? texts.join('\n') : undefined;
}

/** A field of an object by its name, or by a path of names with dots between, such as `user.name`. */
export function fieldOf(record: unknown, field: string): unknown {
  if (typeof record !== 'object' || record === null) return undefined;
  if (Object.hasOwn(record, field)) return (record as Record<string, unknown>)[field];
  const dot = field.indexOf('.');
  if (dot < 0) return undefined;
  const outer = field.slice(0, dot);
  if (!Object.hasOwn(record, outer)) return undefined;
  return fieldOf((record as Record<string, unknown>)[outer], field.slice(dot + 1));
}

/**
 * The text in a column of CSV (RFC 4180, its first record the names of the columns), in pieces of whole records.
 *
 * @throws InputError when there is no column of that name
 */
export async function* csvText(
  source: AsyncIterable<Uint8Array>,
  field: string,
  problems: RecordProblems,
): AsyncGenerator<Uint8Array> {
  const [{ parse }, { Readable }, { pipeline }] = await Promise.all([
    import('csv-parse'),
    import('node:stream'),
    import('node:stream/promises'),
  ]);
  const parser = parse({
    bom: true,
    // Found by itself it would be the first line's, and files mix them.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: () => {
      problems.bad++;
      return undefined;
    },
  });
  let sourceError: unknown;
  const written = pipeline(Readable.from(source, { objectMode: false }), parser).catch((error: unknown) => {
    sourceError = error;
  });
  const pieces = new TextPieces();
  let column = -1;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (column < 0) {
        column = record.indexOf(field);
        if (column < 0) throw new InputError(`has no column ${field}: its columns are ${record.join(', ')}`);
        continue;
      }
      const text = record[column];
      if (text === undefined) problems.missing++;
      else if (pieces.add(text)) yield pieces.take();
    }
  } catch (error) {
    throw sourceError ?? error;
  }
  await written;
  if (sourceError !== undefined) throw sourceError;
  yield pieces.take();
}

/** Rows read at a time: a row group of a Parquet file may hold millions. */
const rowsMax = 50_000;

/** The mark at both ends, and the length of what is said about the table. */
const parquetBytesMin = 12;

/** A file by ranges, as hyparquet wants it. */
export interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/**
 * The text in a column of a Parquet file.
 *
 * @throws InputError when the file is no Parquet, is damaged, or has no column of that name
 */
export async function* parquetText(
  file: RandomAccess,
  field: string,
  problems: RecordProblems,
): AsyncGenerator<Uint8Array> {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const explained = async <Result>(reading: Promise<Result>): Promise<Result> => {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof InputError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
      throw new InputError(`can't be read as Parquet (${(error as Error).message})`, { cause: error });
    }
  };
  if (file.byteLength < parquetBytesMin)
    throw new InputError(`is no Parquet: it has ${file.byteLength} bytes`);
  const metadata = await explained(parquetMetadataAsync(file));
  const root = field.split('.')[0]!;
  const names = columnNames(metadata.schema);
  const column = names.includes(field) ? field : root;
  if (!names.includes(column)) {
    throw new InputError(`has no column ${field}: its columns are ${names.join(', ')}`);
  }
  const pieces = new TextPieces();
  let groupStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const groupEnd = groupStart + Number(num_rows);
    for (let rowStart = groupStart; rowStart < groupEnd; rowStart += rowsMax) {
      const rowEnd = Math.min(groupEnd, rowStart + rowsMax);
      const rows = await explained(
        parquetReadObjects({ file, metadata, compressors, columns: [column], rowStart, rowEnd, utf8: true }),
      );
      for (const row of rows) {
        const text = textOf(fieldOf(row, field));
        if (text === undefined) problems.missing++;
        else if (pieces.add(text)) yield pieces.take();
      }
    }
    groupStart = groupEnd;
  }
  yield pieces.take();
}

/** The columns of the table itself: fields within them come below. */
export function columnNames(
  schema: readonly { readonly name: string; readonly num_children?: number }[],
): string[] {
  const names: string[] = [];
  let at = 1;
  for (let left = schema[0]?.num_children ?? 0; left > 0; left--) {
    names.push(schema[at]!.name);
    at = behind(at);
  }
  return names;

  function behind(index: number): number {
    let next = index + 1;
    for (let left = schema[index]!.num_children ?? 0; left > 0; left--) next = behind(next);
    return next;
  }
}

/** Texts of records gathered into pieces of a fair size, a line end behind each. */
export class TextPieces {
  #bytes = new Uint8Array(256 * 1024);
  #used = 0;

  /** True once there is enough for a piece. */
  add(text: string): boolean {
    const room = text.length * 3 + 1;
    if (this.#used + room > this.#bytes.length) {
      const grown = new Uint8Array((this.#used + room) * 2);
      grown.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = grown;
    }
    this.#used += textEncoder.encodeInto(text, this.#bytes.subarray(this.#used)).written;
    this.#bytes[this.#used++] = 0x0a;
    return this.#used >= 128 * 1024;
  }

  /** What has gathered; it is overwritten by the next `add`. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    return taken;
  }
}
