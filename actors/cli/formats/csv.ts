// RFC 4180's quoting, from a library; a line ends with LF, as in the other formats.
import { stringify } from 'csv-stringify/sync';
import type { Format } from './format.ts';

export const csv: Format = async function* (batches, { isGrouped }) {
  yield isGrouped ? 'path,word,count\n' : 'word,count\n';
  for await (const batch of batches) {
    yield stringify(batch.map(({ path, word, count }) => (isGrouped ? [path, word, count] : [word, count])));
  }
};
