// The fenced code blocks of README.md and docs/, and what each one asks the tests to do.
//
// THE CONVENTION. The first word after the fence is the language; the words after it, which no reader of the
// rendered page sees, say what is done. A language or a word that is not listed here fails the test.
//
// ```ts                     type-checked by the repository's tsc under scripts/ci/consumer.tsconfig.json, as code
// ```js                     of an app that has installed `thrum`, `zod` and `@types/node`. All ts and js blocks of
//                           one document are one such app.
//   file=counter.ts         its file name there, so that other blocks can import './counter.ts'
//   run                     run with Node after compilation; must exit with 0
//   serve                   started with Node; whatever port it listens on, the test gives it a free one. It gets
//                           the requests of the `curl` lines that follow in the document (GET / without any), each
//                           answered with a status below 400, then SIGINT, and must exit with 0
// ```sh                     every line runs in a fresh folder and must exit with 0. A line is made of commands
//                           joined by && and |; `#` begins a comment, a `\` at the end continues the line.
//   thrum …, npx thrum …    run by dist/actors/cli/main.js
//   npm start -- …          runs package.json's start script
//   cat echo printf head tail sort wc gzip tar    run as they are, in a pipe with the above
//   npm ci, npm test, npm run x          not run: the lock file or the script must exist
//   npm install thrum zod …              not run: only this package and its peers may be named
//   node main.ts            not run: a block of the document must be that file, with `run` or `serve`
//   curl …                  sent to the document's `serve` block (-d, -H and -X are understood)
//   git clone …, cd …       not run
// ```text output            what the block before it prints (`run`, `sh`) or answers (its last `curl`), exactly, but
//                           for blanks at the ends of lines and empty lines at the end
// ```text example           output that differs from run to run: not compared
// ```text diagram           a picture; ```mermaid is one too
// ```json                   must parse
//   file=notes.txt          (text, json and the like) a file that the document's `sh` and `run` blocks find
//
// The folder of a `sh` or `run` block also holds the files of `sampleFiles` below, so that commands can name them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { repositoryRoot } from './root.ts';
import type { Tree } from './tree.ts';

/** What commands of the documents may name, for instance `thrum wordcount book.txt 'corpus/**'`. */
export const sampleFiles: Tree = {
  'book.txt': 'It was the best of times, it was the worst of times.\n',
  'notes.txt': 'one two two three three three\n',
  'corpus/one.txt': 'the first text\n',
  'corpus/two.txt': 'the second text\n',
  'corpus/deeper/three.md': '# the third text\n',
  'logs/access.log': 'GET /index.html 200\n',
  'src/index.ts': 'export const answer = 42;\n',
  'node_modules/left-pad/README.md': '# left-pad\nPads on the left.\n',
  'node_modules/left-pad/index.js': 'module.exports = function leftPad(text) { return text; };\n',
};

export interface Block {
  /** Path from the repository's root. */
  document: string;
  /** The line of the opening fence, from 1. */
  line: number;
  language: string;
  /** Words of the info string after the language, `file=` apart. */
  words: string[];
  /** The name given by `file=`. */
  file: string | undefined;
  text: string;
  /** The text of an `output` block that follows directly. */
  output: string | undefined;
}

const knownWords: Readonly<Record<string, readonly string[]>> = {
  ts: ['run', 'serve'],
  js: ['run', 'serve'],
  sh: [],
  text: ['output', 'example', 'diagram'],
  mermaid: [],
  json: [],
};

/** Every document whose blocks are tested: README.md first, also where it is missing. */
export async function documents(): Promise<string[]> {
  const docs = await glob('docs/**/*.md', { cwd: repositoryRoot, ignore: 'docs/recipes/**' });
  return ['README.md', ...docs.sort()];
}

/** Those that need packages which the repository doesn't depend on: scripts/ci/examples.mjs tests them. */
export async function recipes(): Promise<string[]> {
  return (await glob('docs/recipes/*.md', { cwd: repositoryRoot })).sort();
}

export async function readBlocks(document: string): Promise<Block[]> {
  return parseBlocks(document, await readFile(join(repositoryRoot, document), 'utf8'));
}

export function parseBlocks(document: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const opening = /^(\s*(?:(?:[-*+>]|\d+[.)])\s+)?)(`{3,}|~{3,})\s*(.*)$/.exec(lines[index] ?? '');
    if (opening === null) continue;
    const [, indent = '', fence = '', info = ''] = opening;
    const start = index + 1;
    index = lines.findIndex((line, at) => at >= start && line.trim() === fence);
    if (index === -1) throw new Error(`${document}:${start}: the code block is never closed`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    blocks.push({
      document,
      line: start,
      language,
      words: words.filter((word) => !word.startsWith('file=')),
      file: words.find((word) => word.startsWith('file='))?.slice('file='.length),
      text: `${lines
        .slice(start, index)
        .map((line) => (line.slice(0, indent.length).trim() === '' ? line.slice(indent.length) : line))
        .join('\n')}\n`,
      output: undefined,
    });
  }
  blocks.forEach((block, at) => {
    const next = blocks[at + 1];
    if (next?.words.includes('output')) block.output = next.text;
  });
  return blocks;
}

/** What is wrong with how the document's blocks are marked, one line each. */
export function markingErrors(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block, at) => {
    const words = knownWords[block.language];
    const errors: string[] = [];
    if (words === undefined) errors.push(`no test knows what to do with the language '${block.language}'`);
    for (const word of block.words) {
      if (words !== undefined && !words.includes(word)) errors.push(`'${word}' means nothing to the tests`);
    }
    if (block.language === 'text' && block.words.length === 0 && block.file === undefined) {
      errors.push("a text block is 'output', 'example', 'diagram' or 'file=…'");
    }
    if (block.words.includes('output') && !hasOutput(blocks[at - 1])) {
      errors.push('the output has no block before it that prints something');
    }
    const sameFile = blocks.findIndex((other) => other.file !== undefined && other.file === block.file);
    if (block.file !== undefined && sameFile !== at) {
      errors.push(`${block.file} is the name of another block, in line ${blocks[sameFile]?.line}`);
    }
    return errors.map((error) => `${block.document}:${block.line}: ${error}`);
  });
}

function hasOutput(block: Block | undefined): boolean {
  return block?.language === 'sh' || block?.words.includes('run') === true;
}

export const isCode = (block: Block) => block.language === 'ts' || block.language === 'js';

/** The name of a code block's file, given or made from its line. */
export const codeFile = (block: Block) => block.file ?? `line-${block.line}.${block.language}`;

/** The files a command or program of the document finds in its folder. */
export function filesFor(blocks: readonly Block[]): Tree {
  const named = blocks.filter((block) => block.file !== undefined && !isCode(block));
  return { ...sampleFiles, ...Object.fromEntries(named.map((block) => [block.file ?? '', block.text])) };
}

/** For comparing outputs: without blanks at the ends of lines and empty lines at the end. */
export function normalized(output: string): string {
  return output.replace(/[ \t\r]+$/gm, '').trimEnd();
}
