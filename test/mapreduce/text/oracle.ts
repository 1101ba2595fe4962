/** The word rules said with regular expressions, for comparison: slow, and of the runtime's Unicode version. */

import type { LetterCase, Tokenizer } from '../../../actors/mapreduce/text/tokenizer.ts';

const PATTERNS: Record<Tokenizer, RegExp> = {
  words: /[\p{L}\p{M}\p{N}\p{Pc}]+(?:(?<=[\p{L}\p{M}])['’](?=\p{L})[\p{L}\p{M}\p{N}\p{Pc}]+)*/gu,
  letters: /\p{L}+/gu,
  whitespace: /\P{White_Space}+/gu,
};

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The stretches of well-formed UTF-8 between invalid bytes, as text. */
export function validStretches(bytes: Uint8Array): string[] {
  const stretches: string[] = [];
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && decodes(bytes.subarray(at, at + n)));
    if (length === undefined) {
      stretches.push(strict.decode(bytes.subarray(start, at)));
      start = at + 1;
    }
    at += length ?? 1;
  }
  stretches.push(strict.decode(bytes.subarray(start)));
  return stretches;
}

/** Counts by word. */
export function expectedCounts(bytes: Uint8Array, tokenizer: Tokenizer, letterCase: LetterCase) {
  const counts = new Map<string, number>();
  for (const stretch of validStretches(bytes)) {
    for (const [word] of stretch.matchAll(PATTERNS[tokenizer])) {
      const key = letterCase === 'lower' ? word.toLowerCase() : word;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
