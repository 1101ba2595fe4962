// The files that a glob matches. tinyglobby passes over directories it can't read; here they are reported.
import { readdir } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { type FileSystemAdapter, glob, isDynamicPattern } from 'tinyglobby';
import { type InputProblem, problemOf } from './problem.ts';

/** Whether the name of no file stands for the files that match it. */
export function isGlob(name: string): boolean {
  return isDynamicPattern(name);
}

/** Regular files that match, sorted, spelled from the working directory (from the root when the glob is). */
export async function matchGlob(
  pattern: string,
  signal: AbortSignal | undefined,
): Promise<{ paths: string[]; problems: InputProblem[] }> {
  const problems: InputProblem[] = [];
  // The search goes by absolute paths; what is reported is spelled as what is found.
  const spell = isAbsolute(pattern) ? resolve : (path: string) => relative('', path);
  const paths = await glob(literalBang(pattern), {
    absolute: isAbsolute(pattern),
    dot: true,
    expandDirectories: false,
    followSymbolicLinks: false,
    fs: reportingTo((path, error) => problems.push(problemOf(spell(path), error))),
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  paths.sort();
  return { paths, problems };
}

/** A leading `!` would mean "all but" to tinyglobby; among names to read, it is a character like any other. */
function literalBang(pattern: string): string {
  return pattern.startsWith('!') && pattern[1] !== '(' ? `\\${pattern}` : pattern;
}

function reportingTo(report: (path: string, error: Error) => void): FileSystemAdapter {
  type Listed = (error: NodeJS.ErrnoException | null, entries?: unknown) => void;
  const list = readdir as unknown as (path: string, options: object, listed: Listed) => void;
  const reporting = (path: string, options: object, listed: Listed): void => {
    list(path, options, (error, entries) => {
      // A folder that isn't there is the glob matching nothing, which its own problem says.
      if (error && error.code !== 'ENOENT' && error.code !== 'ENOTDIR') report(path, error);
      listed(error, entries);
    });
  };
  return { readdir: reporting as unknown as typeof readdir };
}
