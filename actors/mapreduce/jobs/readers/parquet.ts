// Parquet, a record a row.
import { InputError } from '../../inputs/problem.ts';
import { columnNames } from '../../inputs/records.ts';
import type { Reader, StoredBytes } from './reader.ts';
import { streamed } from './streamed.ts';

/** A row group may hold millions. */
const batchRows = 10_000;

/**
 * Rows of Parquet as objects, with all columns or with those named, which alone are read. Values are as the package
 * hyparquet gives them: 64-bit integers are `bigint`, times `Date`. Offsets are numbers of rows, from 0. A file is read by
 * one thread; one on a server needs ranges.
 */
export function parquetRecords<R extends object = Readonly<Record<string, unknown>>>({
  columns,
}: {
  columns?: readonly string[];
} = {}): Reader<R> {
  return streamed(`parquetRecords ${columns?.join(' ') ?? ''}`.trim(), false, (stored) =>
    rowsOf<R>(stored, columns),
  );
}

async function* rowsOf<R>(
  stored: StoredBytes,
  columns: readonly string[] | undefined,
): AsyncGenerator<readonly R[]> {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const { bytes } = stored;
  if (bytes === undefined || !stored.hasRanges) {
    throw new InputError('is Parquet on a server that gives no ranges: fetch it, and name the file');
  }
  let failure: unknown;
  const file = {
    byteLength: bytes,
    async slice(start: number, end = bytes): Promise<ArrayBuffer> {
      const from = start < 0 ? Math.max(0, bytes + start) : start;
      const pieces: Uint8Array[] = [];
      try {
        for await (const piece of stored.pieces(from, Math.min(end, bytes))) pieces.push(piece);
      } catch (error) {
        failure = error;
        throw error;
      }
      return new Uint8Array(Buffer.concat(pieces)).buffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const names = columnNames(metadata.schema);
    const unknown = columns?.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new InputError(`has no column ${unknown}: its columns are ${names.join(', ')}`);
    }
    const rows = Number(metadata.num_rows);
    let groupStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const groupEnd = Math.min(rows, groupStart + Number(num_rows));
      for (let rowStart = groupStart; rowStart < groupEnd; rowStart += batchRows) {
        const rowEnd = Math.min(groupEnd, rowStart + batchRows);
        const wanted = { rowStart, rowEnd, ...(columns && { columns: [...columns] }) };
        yield (await parquetReadObjects({ file, metadata, compressors, ...wanted })) as R[];
      }
      groupStart = groupEnd;
    }
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (error instanceof InputError) throw error;
    throw new InputError(`can't be read as Parquet (${(error as Error).message})`, { cause: error });
  }
}
