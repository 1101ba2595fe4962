// Which files count, by globs: `--include` and `--exclude`.
import { basename, sep } from 'node:path';
import type { Matcher } from 'picomatch';

/** Globs in picomatch's syntax. */
export interface Selection {
  /** Only files that match one of these count; without any, all do. */
  readonly include?: readonly string[];
  /** Files and directories that match one of these don't count, and nothing below such a directory. */
  readonly exclude?: readonly string[];
}

/** A selection as two questions. */
export interface Selector {
  /** Whether anything at all is excluded. */
  readonly excludes: boolean;
  takesFile(path: string): boolean;
  /** False for a directory that isn't looked into. */
  takesDirectory(path: string): boolean;
}

const takesAll: Selector = { excludes: false, takesFile: () => true, takesDirectory: () => true };

/**
 * A glob without a slash is matched against the name of a file or directory, one with a slash against its path, as it
 * is listed, without a leading `./`: begin it with `**` and a slash to match anywhere. Hidden names match like others.
 */
export async function newSelector({ include = [], exclude = [] }: Selection): Promise<Selector> {
  if (include.length + exclude.length === 0) return takesAll;
  const { default: picomatch } = await import('picomatch');
  const isMatch = (globs: readonly string[]): ((path: string) => boolean) => {
    const matchers = globs.map((glob) => ({
      ofName: !glob.includes('/'),
      // A `!` at the beginning would mean "all but": include and exclude say that already.
      matches: picomatch(glob.replace(/^\.\//, ''), { dot: true, nonegate: true }) as Matcher,
    }));
    return (path) => {
      const name = basename(path);
      const whole = normalized(path);
      return matchers.some(({ ofName, matches }) => matches(ofName ? name : whole));
    };
  };
  const isIncluded = include.length === 0 ? () => true : isMatch(include);
  const isExcluded = isMatch(exclude);
  return {
    excludes: exclude.length > 0,
    takesFile: (path) => isIncluded(path) && !isExcluded(path),
    takesDirectory: (path) => !isExcluded(path),
  };
}

function normalized(path: string): string {
  const slashed = sep === '/' ? path : path.replaceAll(sep, '/');
  return slashed.replace(/^(\.\/)+/, '').replace(/(.)\/+$/, '$1');
}
