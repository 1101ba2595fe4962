// The rules of a command line as options of the count: lists of stop words are read here.
import { readFileSync } from 'node:fs';
import { describeFailure } from '../../mapreduce/inputs/problem.ts';
import type { WordRules } from '../../mapreduce/rules/rules.ts';
import { stopWordLanguages, stopWordsOf } from '../../mapreduce/rules/stopWords.ts';
import type { RuleRequest } from './request.ts';

/** @throws Error for a list of stop words that can't be read, with what to do */
export async function ruleOptions(rules: RuleRequest): Promise<WordRules> {
  const { tokenizer, ngrams, minLength, normalize, groupBy, docFreq } = rules;
  const stopWords = (await Promise.all(rules.stopWords.map(wordsOf))).flat();
  return {
    ...{ ngrams, minLength, docFreq, stopWords },
    ...(rules.field !== undefined && { from: rules.from, field: rules.field }),
    ...(tokenizer && { tokenizer }),
    ...(normalize && { normalize }),
    ...(groupBy && { groupBy }),
  };
}

/** A language's code before a file of the same name, which `./en` would be. */
async function wordsOf(list: string): Promise<readonly string[]> {
  if (stopWordLanguages.includes(list)) return stopWordsOf(list);
  let text: string;
  try {
    text = readFileSync(list, 'utf8');
  } catch (error) {
    const reason = describeFailure(error);
    throw Object.assign(
      new Error(
        `--stop-words ${list}: ${reason}. Name a file with a word on each line, or a language: ${stopWordLanguages.join(', ')}`,
      ),
      { code: (error as NodeJS.ErrnoException).code },
    );
  }
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
