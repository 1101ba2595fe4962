// Lists of names, one a line or between NUL bytes, such as `find -print0` writes.
import { createReadStream } from 'node:fs';
import { InputError } from './problem.ts';

/** A name longer than this is no name: the list isn't one. */
const nameBytesMax = 65_536;

/**
 * The names in a list, in order; empty ones are left out. They are taken as they are, blanks and carriage returns too.
 *
 * @throws InputError when what is read can't be a list of names; what the stream throws
 */
export async function* readNames(
  list: AsyncIterable<Uint8Array>,
  separator: '\n' | '\0',
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of list) {
    const names = (rest + decoder.decode(piece, { stream: true })).split(separator);
    rest = names.pop()!;
    for (const name of names) if (name !== '') yield checked(name, separator);
    if (rest.length > nameBytesMax) throw notAList(separator);
  }
  rest += decoder.decode();
  if (rest !== '') yield checked(rest, separator);
}

/** The list in a file. */
export function readNameFile(path: string, separator: '\n' | '\0'): AsyncGenerator<string> {
  return readNames(createReadStream(path), separator);
}

function checked(name: string, separator: '\n' | '\0'): string {
  if (name.length > nameBytesMax || (separator === '\n' && name.includes('\0'))) throw notAList(separator);
  return name;
}

function notAList(separator: '\n' | '\0'): InputError {
  return new InputError(
    separator === '\n'
      ? 'is no list of names with one on each line: for names that end with NUL bytes, add -0'
      : 'is no list of names that end with NUL bytes: for one name on each line, leave out -0',
  );
}
