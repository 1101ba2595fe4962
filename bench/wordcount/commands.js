// The exact command of each system, for a file and what a word is. All give the 20 most frequent words in lower case,
// the highest count first and then by bytes, as `count<white space>word` or the other way round.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Skipped } from '../run/meter.js';

const thrum = fileURLToPath(new URL('../../dist/actors/command/main.js', import.meta.url));
const ours = (name) => fileURLToPath(new URL(name, import.meta.url));

const python = `import sys
from collections import Counter
counts = Counter()
with open(sys.argv[1], 'rb') as lines:
    for line in lines:
        counts.update(line.lower().split())
for word, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:20]:
    print(count, word.decode())`;

// awk's own tolower and field splitting; LC_ALL=C as everywhere, for speed and for the order.
const mawk = `{ $0 = tolower($0); for (i = 1; i <= NF; i++) counts[$i]++ }
END { for (word in counts) print counts[word], word }`;

/** Each: [program, arguments] from the file's path and the name of the tokenizer. */
export const commands = {
  thrum: (path, tokenizer) => [
    process.execPath,
    [thrum, 'wordcount', '--tokenizer', tokenizer, '--to', 'tsv', path],
  ],
  'thrum 1 thread': onThreads(1),
  'thrum 2 threads': onThreads(2),
  'thrum 4 threads': onThreads(4),
  'thrum 8 threads': onThreads(8),
  duckdb: (path) => [process.execPath, [ours('duckdb.js'), path]],
  mawk: (path) => ['sh', ['-c', `mawk '${mawk}' "$1" | sort -k1,1nr -k2 | head -n 20`, 'sh', path]],
  coreutils: (path) => [
    'sh',
    [
      '-c',
      `case "$1" in *.gz) zcat "$1" ;; *) cat "$1" ;; esac | tr 'A-Z' 'a-z' | tr -s ' \\n' '\\n\\n' | sort | uniq -c | sort -k1,1nr -k2 | head -n 20`,
      'sh',
      path,
    ],
  ],
  python: (path) => ['python3', ['-c', python, path]],
  'plain typescript': (path) => [process.execPath, [ours('plain.js'), path]],
};

function onThreads(threads) {
  return (path, tokenizer) => [
    process.execPath,
    [thrum, 'wordcount', '--tokenizer', tokenizer, '--to', 'tsv', '--threads', String(threads), path],
  ];
}

/** All words of a file, counted with so much memory: the program and its arguments. */
export function beyondCommand(path, { memory, temporary, output }) {
  const options = ['--tokenizer', 'whitespace', '--all', '--sort', 'word', '--threads', '2'];
  const places = ['--memory', memory, '--temp', temporary, '-o', output];
  return [process.execPath, thrum, 'wordcount', ...options, ...places, path];
}

const slow = new Set(['mawk', 'coreutils', 'python', 'plain typescript']);

/** Whether a system gets a tenth of the large corpora, so that a run takes minutes rather than hours. */
export function isSlow(system) {
  return slow.has(system);
}

/** @throws {Skipped} where a system isn't installed */
export function checkInstalled(system) {
  const [program] = { mawk: ['mawk'], python: ['python3'], coreutils: ['sort'] }[system] ?? [];
  if (program !== undefined && spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined) {
    throw new Skipped(`\`${program}\` is not on the path`);
  }
  if (system === 'duckdb' && !hasDuckDb())
    throw new Skipped('`@duckdb/node-api` has no build for this platform');
  if (!existsSync(thrum))
    throw new Error('thrum is not built: run `npm run build` in the root of the repository');
}

function hasDuckDb() {
  try {
    createRequire(import.meta.url)('@duckdb/node-api');
    return true;
  } catch {
    return false;
  }
}
