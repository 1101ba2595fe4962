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
  combine: joined,
  reduce(word, paths, emit) {
    const all = new Set<string>();
    for (const some of paths) for (const path of some.split('\0')) all.add(path);
    emit([word, ...[...all].sort()]);
  },
  output: tsv<[word: string, ...paths: string[]]>(),
});

/** So many sets are kept at the most. */
const setsMax = 10_000;
/** The path that was added last, and sets of paths with what they are with it: lines come file by file. */
let added = '';
let withAdded = new Map<string, string>();

/**
 * Joins sets of paths, as text with NUL between them. Words that are in the same files share a text, so that most often one is
 * found by its identity, and none is looked through.
 */
function joined(left: string, right: string): string {
  if (left === right) return left;
  if (right !== added || withAdded.size >= setsMax) {
    added = right;
    withAdded = new Map();
  }
  let both = withAdded.get(left);
  if (both === undefined) {
    both = [...new Set([...left.split('\0'), ...right.split('\0')])].join('\0');
    withAdded.set(left, both);
    withAdded.set(both, both);
  }
  return both;
}
