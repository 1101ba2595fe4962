// TeraSort: records of 100 bytes in the order of their first 10, over all parts of the output (paper, section 5.3).
import { job } from '../job.ts';
import { fixedRecords } from '../readers/fixedRecords.ts';
import { byPrefix, everyValue } from '../sorting/keyedRecords.ts';
import { recordOutput } from '../writers/records.ts';

/** Records of 100 bytes, sorted by their first 10; records of equal keys stay in the order of the input. */
export const Sort = job('thrum/Sort', {
  module: import.meta.url,
  input: fixedRecords({ bytes: 100 }),
  map: byPrefix(10),
  reduce: everyValue,
  partition: 'range',
  output: recordOutput({ bytes: 100 }),
});
