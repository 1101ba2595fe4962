// What the values of options and the names of inputs are read as, by every command.
import { type Command, InvalidArgumentError } from 'commander';
import { parseSize } from './size.ts';

/** Threads beyond this only cost memory: no machine this runs on has the cores. */
const threadsMax = 256;

/** A whole number in the given range. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It wants a whole number ${range}.`);
  };
}

/** How many threads: 1 to 256. */
export const threadNumber: (text: string) => number = wholeNumber(1, threadsMax);

/** Bytes of a size that is at least as large as `least`. */
export function size(least: string): (text: string) => number {
  return (text) => {
    const bytes = parseSize(text);
    if (bytes !== undefined && bytes >= parseSize(least)!) return bytes;
    throw new InvalidArgumentError(`It wants a size of ${least} or more, such as 512MB or 4GB.`);
  };
}

/** Values of an option that may be repeated. */
export const appended = (value: string, before: string[]): string[] => [...before, value];

/** Whether a name of an input stands for standard input. */
export const isStdin = (name: string): boolean => name === '-' || name === '/dev/stdin';

/** Refuses a command line that names no input where nobody feeds standard input. */
export function refuseNothing(command: Command, piped: string): never {
  command.configureOutput().writeErr?.(`Usage: thrum ${command.name()} ${command.usage()}\n`);
  return command.error(`error: nothing to read: name a file, a directory or a glob, or pipe ${piped} in`);
}
