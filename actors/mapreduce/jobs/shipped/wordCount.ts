// Word count as a job in plain TypeScript, as anybody would write it. `countWords` counts in a kernel, and faster.
import { type Emit, job } from '../job.ts';
import { textLines } from '../readers/lines.ts';
import { tsv } from '../writers/tsv.ts';

/** How often each word occurs. A word is a run of characters without spaces, as it is written. */
export const WordCount = job('thrum/WordCount', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, number>) {
    for (const word of line.split(' ')) if (word !== '') emit(word, 1);
  },
  combine: (left, right) => left + right,
  reduce(word, counts, emit) {
    let sum = 0;
    for (const count of counts) sum += count;
    emit([word, sum]);
  },
  output: tsv<[word: string, count: number]>(),
});
