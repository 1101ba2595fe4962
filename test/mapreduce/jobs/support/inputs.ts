// Files for the tests of jobs, and what a naive program says about them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A directory that goes with the test. */
export function folder(
  t: ExecutionContext,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): string {
  const path = mkdtempSync(join(tmpdir(), 'thrum-jobs-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** Numbers in [0, 1) from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lines of words, some frequent, some not, a few beyond ASCII. */
export function text(seed: number, lines: number): string {
  const random = randomFrom(seed);
  const out: string[] = [];
  for (let line = 0; line < lines; line++) {
    const words = Array.from({ length: Math.floor(random() * 12) }, () => {
      const number = Math.floor(2000 ** random());
      return number % 17 === 3 ? `größe${number}` : number % 41 === 5 ? `猫${number}` : `w${number}`;
    });
    out.push(words.join(' '));
  }
  return `${out.join('\n')}\n`;
}

export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.split(/[ \n]/)) if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** All files of a directory with what is in them. */
export function contents(directory: string): Record<string, string> {
  const names = readdirSync(directory).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'latin1')]));
}
