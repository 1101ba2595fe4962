// The rules of a count in words: for people, and to tell counts of other rules apart.
import type { Rules } from './schema.ts';

/** Different for different rules; empty where there are none. Lists of stop words are told apart by a digest. */
export function describeRules(rules: Rules | undefined): string {
  if (rules === undefined) return '';
  const { find, ngrams, minLength, stopWords, isNormalized, groupBy, docFreq, from } = rules;
  return [
    ...(find.kind === 'plain' ? [] : [find.kind === 'regex' ? `/${find.source}/${find.flags}` : find.kind]),
    ...(ngrams > 1 ? [`ngrams ${ngrams}`] : []),
    ...(minLength > 1 ? [`minLength ${minLength}`] : []),
    ...(stopWords.length > 0 ? [`${stopWords.length} stopWords (${digest(stopWords)})`] : []),
    ...(isNormalized ? ['normalize nfc'] : []),
    ...(groupBy === undefined ? [] : [`groupBy ${groupBy}`]),
    ...(docFreq ? ['docFreq'] : []),
    ...(from === undefined ? [] : [`from ${from.format}, field ${from.field}`]),
  ].join(', ');
}

function digest(words: readonly string[]): string {
  const sorted = JSON.stringify([...new Set(words)].sort());
  // Loaded here, since few counts have stop words, and all would wait for it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(sorted).digest('hex').slice(0, 8);
}
