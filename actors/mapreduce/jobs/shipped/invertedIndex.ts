// For each word the files it occurs in: the paper's inverted index (section 2.3).
import { type Emit, job } from '../job.ts';
import { textLines } from '../readers/lines.ts';
import { tsv } from '../writers/tsv.ts';

const wordPattern = /[\p{L}\p{N}_]+/gu;

/** Words in lower case, each with the files that have it: in the order of their paths, each once. */
export const InvertedIndex = job('thrum/InvertedIndex', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, string>, { path }) {
    for (const word of line.toLowerCase().match(wordPattern) ?? []) emit(word, path);
  },
  // A set of paths as text: it joins quickly where, as in most tasks, there is one path.
  combine: (left, right) => (left === right ? left : joined(left, right)),
  reduce(word, paths, emit) {
    const all = new Set<string>();
    for (const some of paths) for (const path of some.split('\0')) all.add(path);
    emit([word, ...[...all].sort()]);
  },
  output: tsv<[word: string, ...paths: string[]]>(),
});

function joined(left: string, right: string): string {
  return [...new Set([...left.split('\0'), ...right.split('\0')])].join('\0');
}
