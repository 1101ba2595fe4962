// What a `.counts` file says of itself: how words were counted, and of which input which parts are in it. So that files
// are merged that belong together, and each part once.
import { basename } from 'node:path';
import type { InputFile } from '../inputs/index.ts';
import { fileNameOf } from '../inputs/remote/address.ts';
import { describeRules } from '../rules/describe.ts';
import type { CompiledRules } from '../rules/rules.ts';
import { DamagedRunError } from '../runs/errors.ts';
import type { RunFile } from '../runs/index.ts';
import type { LetterCase, Tokenizer } from '../text/tokenizer.ts';
import { UNICODE_VERSION } from '../text/unicode/classes.ts';
import { digestOf } from './digest.ts';
import { inShardOrder, type Shard } from './shard.ts';

/** How words were counted: counts of other settings can't be added. */
export interface CountsSettings {
  readonly tokenizer: Tokenizer;
  readonly letterCase: LetterCase;
  readonly unicode: string;
  /** What goes beyond that (rules/describe.ts); empty where nothing does. */
  readonly rules: string;
  /** Whether keys begin with a group (rules/group.ts). */
  readonly isGrouped: boolean;
  /** Whether counts are of files, not of words. */
  readonly isDocFreq: boolean;
}

/** One count that is in a file. */
export interface CountsPart {
  /** The same for the same input, settings and shard; a stream is like no other. */
  readonly id: string;
  readonly shard?: Shard & {
    /** The same for all shards of one input. */
    readonly input: string;
  };
}

export interface AboutCounts {
  readonly settings: CountsSettings;
  /** Bytes of text counted, and files. */
  readonly bytes: number;
  readonly files: number;
  readonly parts: readonly CountsPart[];
}

export function settingsOf({ tokenizer, letterCase, rules }: CompiledRules): CountsSettings {
  return {
    ...{ tokenizer, letterCase, unicode: UNICODE_VERSION },
    rules: describeRules(rules),
    isGrouped: rules?.groupBy !== undefined,
    isDocFreq: rules?.docFreq === true,
  };
}

/** Names the count of an input. Files are known by their names, without directories, and sizes. */
export function partOf(
  settings: CountsSettings,
  files: readonly InputFile[],
  hasStream: boolean,
  shard: Shard | undefined,
): CountsPart {
  const listed = inShardOrder(files).map(({ path, bytes }) => [basename(fileNameOf(path)), bytes]);
  const input = digestOf([settings, listed, hasStream ? crypto.randomUUID() : '']);
  if (shard === undefined) return { id: input };
  const { index, count } = shard;
  return { id: digestOf([input, index, count]), shard: { index, count, input } };
}

/** @throws DamagedRunError where the run isn't a `.counts` file */
export function aboutCounts({ footer, blocks }: RunFile): AboutCounts {
  const about = footer.about as Partial<AboutCounts> | undefined;
  const { tokenizer, letterCase, unicode, rules, isGrouped, isDocFreq } = about?.settings ?? {};
  const isRight =
    [tokenizer, letterCase, unicode, rules].every((setting) => typeof setting === 'string') &&
    [isGrouped, isDocFreq].every((setting) => typeof setting === 'boolean') &&
    Number.isSafeInteger(about?.bytes) &&
    Number.isSafeInteger(about?.files) &&
    Array.isArray(about?.parts) &&
    about.parts.every((part: unknown) => typeof (part as CountsPart | null)?.id === 'string');
  if (!isRight) throw new DamagedRunError(blocks.path, 'is no file of counts, but a run of something else');
  return about as AboutCounts;
}
