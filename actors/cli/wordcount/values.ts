// What the values of options are read as that only `thrum wordcount` has.
import { InvalidArgumentError } from 'commander';
import { tokenizers, type WordCountRequest } from './request.ts';

/** Whether a tokenizer is one of those that the kernel alone can do. */
export function isPlain(tokenizer: string): tokenizer is WordCountRequest['tokenizer'] {
  return (tokenizers as readonly string[]).includes(tokenizer);
}

/** The name of a tokenizer, or a regular expression that can be compiled. */
export function tokenizerRule(text: string): string {
  if (isPlain(text) || text === 'uax29') return text;
  if (!text.startsWith('regex:')) {
    throw new InvalidArgumentError(`Allowed are ${tokenizers.join(', ')}, uax29 and regex:PATTERN.`);
  }
  const source = text.slice('regex:'.length);
  if (source === '') throw new InvalidArgumentError('The pattern behind regex: is empty.');
  try {
    new RegExp(source, 'v');
  } catch {
    try {
      new RegExp(source, 'u');
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}.`);
    }
  }
  return text;
}

/** A share such as `3/16`. */
export function shardOf(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index < 1 || index > count) {
    throw new InvalidArgumentError('It wants a share such as 3/16: the third of sixteen.');
  }
  return { index, count };
}
