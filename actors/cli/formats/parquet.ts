// A Parquet file of the columns word and count, and path where words are kept apart, compressed with Snappy.
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Format, WordEntry } from './format.ts';

/** Entries to a row group: what is held back, and what a reader has to take at once. */
const groupRows = 64 * 1024;

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'REQUIRED',
});

export const parquet: Format = async function* (batches, { isGrouped }) {
  const columns: SchemaElement[] = [
    ...(isGrouped ? [text('path')] : []),
    text('word'),
    { name: 'count', type: 'INT64', repetition_type: 'REQUIRED' },
  ];
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns],
  });
  const take = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  const write = async (entries: readonly WordEntry[]): Promise<void> => {
    const groups = isGrouped ? [{ name: 'path', data: entries.map(({ path }) => path ?? '') }] : [];
    await writer.write({
      columnData: [
        ...groups,
        { name: 'word', data: entries.map(({ word }) => word) },
        { name: 'count', data: entries.map(({ count }) => BigInt(count)) },
      ],
      rowGroupSize: groupRows,
    });
  };
  let held: WordEntry[] = [];
  for await (const batch of batches) {
    held.push(...batch);
    if (held.length < groupRows) continue;
    await write(held);
    held = [];
    yield take();
  }
  if (held.length > 0) await write(held);
  await writer.finish();
  yield take();
};
