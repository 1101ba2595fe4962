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

/**
 * A set of paths as text, with NUL between them. Lines come file by file, so the path that is added is nearly always the one
 * that was added last.
 */
function joined(left: string, right: string): string {
  if (left === right || endsWith(left, right)) return left;
  if (right.includes('\0')) return [...new Set([...left.split('\0'), ...right.split('\0')])].join('\0');
  return has(left, right) ? left : `${left}\0${right}`;
}

function endsWith(paths: string, path: string): boolean {
  return paths.endsWith(path) && paths[paths.length - path.length - 1] === '\0';
}

function has(paths: string, path: string): boolean {
  for (let at = paths.indexOf(path); at !== -1; at = paths.indexOf(path, at + 1)) {
    const end = at + path.length;
    const isWhole = (at === 0 || paths[at - 1] === '\0') && (end === paths.length || paths[end] === '\0');
    if (isWhole) return true;
  }
  return false;
}
