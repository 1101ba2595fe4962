// CSV, a record a row.
import { InvalidOptionError } from '../../../../lib/index.ts';
import { InputError } from '../../inputs/problem.ts';
import { openText } from '../../inputs/text.ts';
import type { Reader, StoredBytes } from './reader.ts';
import { streamed } from './streamed.ts';

const batchRows = 1000;

/**
 * Rows of CSV (RFC 4180) as objects, by the names in the first row, or by `columns`, where the file has no such row. All
 * values are strings; a row may have fewer of them than there are names. UTF-8, or UTF-16 with a byte-order mark. Offsets
 * are numbers of rows, from 0. A file is read by one thread.
 *
 * @param options `delimiter`: one character, default a comma
 * @throws `InvalidOptionError`
 */
export function csvRecords<R extends object = Readonly<Record<string, string>>>({
  delimiter = ',',
  columns,
}: {
  delimiter?: string;
  columns?: readonly string[];
} = {}): Reader<R> {
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter)) {
    throw new InvalidOptionError(`delimiter must be one character, and neither a quote nor a line end`);
  }
  return streamed('csvRecords', true, (stored) => rowsOf<R>(stored, delimiter, columns));
}

async function* rowsOf<R>(
  stored: StoredBytes,
  delimiter: string,
  columns: readonly string[] | undefined,
): AsyncGenerator<readonly R[]> {
  const [{ parse }, { Readable }, { pipeline }] = await Promise.all([
    import('csv-parse'),
    import('node:stream'),
    import('node:stream/promises'),
  ]);
  const text = await openText(stored.pieces());
  if (text.kind === 'binary') {
    await text.whole.return();
    throw new InputError('is no CSV: there are NUL bytes in it');
  }
  const parser = parse({
    ...{ delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: true },
    // Found by itself it would be the first line's, and files mix them.
    record_delimiter: ['\r\n', '\n'],
  });
  let sourceError: unknown;
  const written = pipeline(Readable.from(text.pieces, { objectMode: false }), parser).catch(
    (error: unknown) => {
      sourceError = error;
    },
  );
  let names = columns;
  let batch: R[] = [];
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      if (names === undefined) {
        names = row;
        continue;
      }
      const record: Record<string, string> = {};
      for (let i = 0; i < row.length && i < names.length; i++) record[names[i]!] = row[i]!;
      batch.push(record as R);
      if (batch.length < batchRows) continue;
      yield batch;
      batch = [];
    }
    await written;
    if (sourceError !== undefined) throw sourceError;
  } catch (error) {
    const cause = (sourceError ?? error) as Error;
    throw cause.name === 'CsvError' || (cause as NodeJS.ErrnoException).code?.startsWith('CSV_')
      ? new InputError(`can't be read as CSV (${cause.message})`, { cause })
      : cause;
  }
  if (batch.length > 0) yield batch;
}
