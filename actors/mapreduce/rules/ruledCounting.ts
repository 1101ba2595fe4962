// Puts together what counts under given rules: the kernel as far as it goes, and round it what it doesn't know.
import type { RecordProblems, RecordSource } from '../inputs/records.ts';
import type { WordCounting } from '../text/counting.ts';
import { type CountingEngine, newCounter, releaseCounter, shortKeysOf } from '../text/engine.ts';
import type { LetterCase, Tokenizer } from '../text/tokenizer.ts';
import { DocumentCounter } from './documentCounter.ts';
import { FilterCounter } from './filterCounter.ts';
import { JsonLinesCounter } from './jsonLinesCounter.ts';
import { NormalizingCounter } from './normalize.ts';
import { separatorsOf } from './rules.ts';
import type { Rules } from './schema.ts';
import { TokenCounter } from './tokenCounter.ts';
import { type FindWords, plainWords, regexWords } from './tokens.ts';
import { unicodeWords } from './wordBreak.ts';
import { WordFilter } from './wordFilter.ts';

/** Told where the ranges of files begin and end that are added to a counter. */
export interface DocumentHooks {
  /** What is added now lies in one range of the document (a file, a member of an archive) of that name. */
  begin(name: string): void;
  /** What is added now lies behind the range. */
  beginTail(): void;
  /** Whether more is wanted of what lies behind the range. */
  wantsMore(): boolean;
  /** No more comes of this document, or of this range of it. */
  end(): void;
}

export interface RuledCounting {
  readonly counter: WordCounting;
  /** Where an input may be cut. */
  readonly separators: Uint8Array;
  /** Undefined where it doesn't matter. */
  readonly document: DocumentHooks | undefined;
  /** False where counts may be given away only between documents. */
  readonly drainsWithin: boolean;
  /** The records that files are made of, where they aren't text. */
  readonly source: RecordSource | undefined;
  /** Records that the counter has left out since it was asked last. */
  takeRecordProblems(): RecordProblems;
  /** How many keys of up to 8 bytes a drain will give away, in the order of the counter's own; 0: nobody knows. */
  shortKeys(): number;
  /** Occurrences that the last drain gave away, where `counter.words` said others before it. */
  drainedWords(): number | undefined;
  /** Gives the counter's memory back, which must be empty. Nothing of this is used any more, buffers neither. */
  release(): void;
}

export interface CountingSettings {
  readonly tokenizer: Tokenizer;
  readonly letterCase: LetterCase;
  readonly engine: CountingEngine;
  readonly rules?: Rules | undefined;
}

export function newRuledCounting(settings: CountingSettings): RuledCounting {
  const { rules, letterCase } = settings;
  const separators = separatorsOf({ tokenizer: settings.tokenizer, rules });
  if (rules === undefined) {
    const counter = newCounter(settings.engine, settings);
    return {
      ...{ counter, separators, document: undefined, drainsWithin: true, source: undefined },
      takeRecordProblems: () => ({ bad: 0, missing: 0 }),
      shortKeys: () => shortKeysOf(counter),
      drainedWords: () => undefined,
      release: () => releaseCounter(counter),
    };
  }
  const { ngrams, minLength, stopWords, groupBy, docFreq } = rules;
  const hasFilter = minLength > 1 || stopWords.length > 0;
  const filter = hasFilter
    ? new WordFilter({ minLength, stopWords, keepsCase: letterCase === 'keep' })
    : undefined;
  const tokens =
    ngrams > 1 || rules.find.kind !== 'plain'
      ? new TokenCounter({
          find: finder(settings, rules),
          letterCase,
          ngrams,
          filter: ngrams > 1 ? filter : undefined,
        })
      : undefined;
  const base = tokens ?? newCounter(settings.engine, settings);
  let counter: WordCounting = base;
  if (rules.isNormalized) counter = new NormalizingCounter(counter);
  const filtering = filter !== undefined && ngrams === 1 ? new FilterCounter(counter, filter) : undefined;
  counter = filtering ?? counter;
  const documents =
    groupBy !== undefined || docFreq ? new DocumentCounter(counter, groupBy, docFreq) : undefined;
  counter = documents ?? counter;
  const problems = { bad: 0, missing: 0 };
  const lines =
    rules.from?.format === 'jsonl' ? new JsonLinesCounter(counter, rules.from.field, problems) : undefined;
  counter = lines ?? counter;
  return {
    counter,
    separators,
    document: hooks(documents, tokens, lines),
    drainsWithin: !docFreq,
    source: rules.from,
    takeRecordProblems() {
      const taken = { ...problems };
      Object.assign(problems, { bad: 0, missing: 0 });
      return taken;
    },
    shortKeys: () => 0,
    drainedWords: () => documents?.drainedWords ?? filtering?.drainedWords,
    release: () => releaseCounter(base),
  };
}

function finder({ tokenizer }: CountingSettings, { find }: Rules): FindWords {
  if (find.kind === 'plain') return plainWords(tokenizer);
  return find.kind === 'uax29' ? unicodeWords() : regexWords(new RegExp(find.source, find.flags));
}

function hooks(
  documents: DocumentCounter | undefined,
  tokens: TokenCounter | undefined,
  lines: JsonLinesCounter | undefined,
): DocumentHooks | undefined {
  const window = tokens?.window;
  if (documents === undefined && window === undefined) return undefined;
  const setTail = (isTail: boolean): void => {
    if (lines !== undefined) lines.isTail = isTail;
  };
  return {
    begin(name) {
      documents?.begin(name);
      window?.clear();
      setTail(false);
    },
    beginTail() {
      window?.beginTail();
      setTail(true);
    },
    wantsMore: () => window?.wantsMore ?? false,
    end: () => documents?.end(),
  };
}
