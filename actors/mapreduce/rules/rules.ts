// Rules about what is counted, as options are given and as workers get them. Apart from the schema, so that a count
// without rules loads no validation.
import { InvalidOptionError } from '../../../lib/index.ts';
import type { RecordFormat, RecordSource } from '../inputs/records.ts';
import { type LetterCase, separatorBytes, type Tokenizer } from '../text/tokenizer.ts';
import type { Grouping } from './group.ts';
import type { Rules } from './schema.ts';
import { lineSeparators } from './tokens.ts';

/** What a word is, and which are counted, and how: options of `countWords`. */
export interface WordRules {
  /**
   * What a word is; default `'words'`. `uax29`: Unicode's word segmentation; a regular expression, or `regex:` and its
   * source: what it matches in each line. See docs/wordcount.md.
   */
  tokenizer?: Tokenizer | 'uax29' | `regex:${string}` | RegExp;
  /** Default `'lower'`: upper and lower case count as one, whatever the locale. */
  letterCase?: LetterCase;
  /** So many consecutive words of a file are counted as one, joined by spaces; 1 (default) to 20. */
  ngrams?: number;
  /** Words that don't count, compared without regard to case; n-grams are made of what remains. */
  stopWords?: readonly string[];
  /** Words of fewer characters (code points) don't count, and n-grams are made of what remains; default 1. */
  minLength?: number;
  /** `nfc`: text is brought into Unicode's normalisation form C before words are looked for. */
  normalize?: 'nfc';
  /** Words are counted for each file, or for each directory that files lie in: entries have a `path`. */
  groupBy?: Grouping;
  /** The count of a word is the number of files that it is in; a group's, of the group's files. */
  docFreq?: boolean;
  /**
   * What inputs are: text (default), or records of which `field` is the text. JSON Lines, CSV with names in its first
   * record, Parquet.
   */
  from?: 'text' | RecordFormat;
  /** The name of a field or column; names with dots between lead into records within records. */
  field?: string;
}

/** Options of {@link WordRules} in the form in which workers get them. */
export interface CompiledRules {
  readonly tokenizer: Tokenizer;
  readonly letterCase: LetterCase;
  /** Undefined where the kernel alone does everything that is asked for. */
  readonly rules: Rules | undefined;
}

const ngramsMax = 20;

/**
 * Checks options.
 *
 * @throws InvalidOptionError, which for a regular expression says what is wrong with it
 */
export function compileRules(options: WordRules): CompiledRules {
  const {
    tokenizer = 'words',
    letterCase = 'lower',
    ngrams = 1,
    minLength = 1,
    normalize,
    groupBy,
  } = options;
  const { docFreq = false, stopWords = [] } = options;
  checkNumber('ngrams', ngrams, ngramsMax);
  checkNumber('minLength', minLength, Number.MAX_SAFE_INTEGER);
  if (groupBy !== undefined && groupBy !== 'path' && groupBy !== 'directory') {
    throw new InvalidOptionError(`groupBy must be 'path' or 'directory', not ${JSON.stringify(groupBy)}`);
  }
  if (normalize !== undefined && normalize !== 'nfc') {
    throw new InvalidOptionError(`normalize must be 'nfc', not ${JSON.stringify(normalize)}`);
  }
  const find = finderOf(tokenizer);
  const isPlain = ngrams === 1 && minLength === 1 && stopWords.length === 0 && normalize === undefined;
  const plainTokenizer = find.kind === 'plain' ? (tokenizer as Tokenizer) : 'words';
  const from = sourceOf(options);
  if (isPlain && from === undefined && find.kind === 'plain' && groupBy === undefined && !docFreq) {
    return { tokenizer: plainTokenizer, letterCase, rules: undefined };
  }
  const normal = (word: string): string => (normalize === 'nfc' ? word.normalize('NFC') : word);
  return {
    tokenizer: plainTokenizer,
    letterCase,
    rules: {
      ...{ find, ngrams, minLength, groupBy, docFreq, from, isNormalized: normalize === 'nfc' },
      stopWords: [...stopWords].map((word) => normal(word).toLowerCase()),
    },
  };
}

/** Whether a file must be counted by one thread from its beginning to its end. */
export const needsWholeFiles = (rules: Rules | undefined): boolean =>
  rules?.docFreq === true || rules?.from?.format === 'csv' || rules?.from?.format === 'parquet';

/** Whether what one block of a stream holds matters for the next one. */
export const needsWholeStream = (rules: Rules | undefined): boolean =>
  rules !== undefined && (rules.docFreq || rules.ngrams > 1);

/** The bytes at which an input may be cut without cutting what the rules look at: 256 entries, 1 for each of them. */
export function separatorsOf({ tokenizer, rules }: Pick<CompiledRules, 'tokenizer' | 'rules'>): Uint8Array {
  const isByLines =
    rules !== undefined &&
    (rules.find.kind !== 'plain' || rules.isNormalized || rules.from?.format === 'jsonl');
  return isByLines ? lineSeparators() : separatorBytes(tokenizer);
}

function sourceOf({ from = 'text', field }: WordRules): RecordSource | undefined {
  if (from === 'text') {
    if (field !== undefined)
      throw new InvalidOptionError("field is of records: say from: 'jsonl', 'csv' or 'parquet'");
    return undefined;
  }
  if (from !== 'jsonl' && from !== 'csv' && from !== 'parquet') {
    throw new InvalidOptionError(
      `from must be 'text', 'jsonl', 'csv' or 'parquet', not ${JSON.stringify(from)}`,
    );
  }
  if (!field) throw new InvalidOptionError(`from: '${from}' needs the name of the field to count, as field`);
  return { format: from, field };
}

function finderOf(tokenizer: NonNullable<WordRules['tokenizer']>): Rules['find'] {
  if (tokenizer === 'words' || tokenizer === 'letters' || tokenizer === 'whitespace')
    return { kind: 'plain' };
  if (tokenizer === 'uax29') return { kind: 'uax29' };
  if (tokenizer instanceof RegExp) return { kind: 'regex', ...unicodeFlags(tokenizer) };
  if (typeof tokenizer === 'string' && tokenizer.startsWith('regex:')) {
    return { kind: 'regex', ...compile(tokenizer.slice('regex:'.length)) };
  }
  throw new InvalidOptionError(
    `tokenizer must be 'words', 'letters', 'whitespace', 'uax29' or a regular expression, not ${JSON.stringify(tokenizer)}`,
  );
}

/** With the flag `v`, or with `u` for what only that takes, such as an unescaped parenthesis in a class. */
function compile(source: string): { source: string; flags: string } {
  if (source === '') throw new InvalidOptionError('the regular expression behind regex: is empty');
  for (const flags of ['gv', 'gu']) {
    try {
      new RegExp(source, flags);
      return { source, flags };
    } catch (error) {
      if (flags === 'gu') throw new InvalidOptionError((error as Error).message);
    }
  }
  throw new InvalidOptionError('unreachable');
}

function unicodeFlags({ source, flags }: RegExp): { source: string; flags: string } {
  if (/[uv]/.test(flags)) return { source, flags: `g${flags.replace(/[gyd]/g, '')}` };
  // Without one of them a character beyond U+FFFF would be matched in halves, which are no text.
  const { flags: mode } = compile(source);
  return { source, flags: mode + flags.replace(/[gyd]/g, '') };
}

function checkNumber(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? 'of 1 or more' : `from 1 to ${max}`;
  throw new InvalidOptionError(`${name} must be an integer ${range}, not ${value}`);
}
