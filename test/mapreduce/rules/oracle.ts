// The rules said once more, as plainly as they can be, over strings in memory.
import { dirname } from 'node:path';

export interface PlainRules {
  readonly tokenizer: 'words' | 'letters' | 'whitespace' | 'uax29' | `regex:${string}`;
  readonly letterCase: 'lower' | 'keep';
  readonly ngrams: number;
  readonly stopWords: readonly string[];
  readonly minLength: number;
  readonly normalize: 'nfc' | undefined;
  readonly groupBy: 'path' | 'directory' | undefined;
  readonly docFreq: boolean;
}

const word = /[\p{L}\p{M}\p{N}\p{Pc}]+(?:(?<=[\p{L}\p{M}])['’](?=\p{L})[\p{L}\p{M}\p{N}\p{Pc}]+)*/gu;
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

function tokens(text: string, tokenizer: PlainRules['tokenizer']): string[] {
  const matches = (target: string, pattern: RegExp): string[] => target.match(pattern) ?? [];
  if (tokenizer === 'words') return matches(text, word);
  if (tokenizer === 'letters') return matches(text, /\p{L}+/gu);
  if (tokenizer === 'whitespace') return matches(text, /\P{White_Space}+/gu);
  if (tokenizer === 'uax29') {
    return [...segmenter.segment(text)].flatMap((part) => (part.isWordLike ? [part.segment] : []));
  }
  const pattern = new RegExp(tokenizer.slice('regex:'.length), 'gv');
  return text.split(/\r?\n/).flatMap((line) => matches(line, pattern).filter((match) => match !== ''));
}

/** `path TAB word` (the path is empty without grouping) and count, sorted. */
export function countPlainly(files: ReadonlyMap<string, string>, rules: PlainRules): string[] {
  const counts = new Map<string, number>();
  for (const [path, content] of files) {
    const text = rules.normalize ? content.normalize('NFC') : content;
    const kept = tokens(text, rules.tokenizer)
      .map((token) => (rules.letterCase === 'lower' ? token.toLowerCase() : token))
      .filter((token) => [...token].length >= rules.minLength)
      .filter((token) => !rules.stopWords.includes(token.toLowerCase()));
    const keys = kept.flatMap((_, i) =>
      i + rules.ngrams <= kept.length ? [kept.slice(i, i + rules.ngrams).join(' ')] : [],
    );
    const group = rules.groupBy === 'path' ? path : rules.groupBy === 'directory' ? dirname(path) : '';
    for (const key of rules.docFreq ? new Set(keys) : keys) {
      const whole = `${group}\t${key}`;
      counts.set(whole, (counts.get(whole) ?? 0) + 1);
    }
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}
