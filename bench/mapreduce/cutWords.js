// Word count with a `map` that makes no array of a line's words.
import { job, textLines, tsv } from 'thrum/mapreduce';

export function cutByIndex(line, emit) {
  for (let at = 0; at < line.length; ) {
    const space = line.indexOf(' ', at);
    const end = space === -1 ? line.length : space;
    if (end > at) emit(line.slice(at, end), 1);
    at = end + 1;
  }
}

export const CutWords = job('bench/CutWords', {
  module: import.meta.url,
  input: textLines(),
  map: cutByIndex,
  combine: (left, right) => left + right,
  reduce(word, counts, emit) {
    let sum = 0;
    for (const count of counts) sum += count;
    emit([word, sum]);
  },
  output: tsv(),
});
