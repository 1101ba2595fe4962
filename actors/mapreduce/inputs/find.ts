// From names to files: what each name stands for, in which order, and each file once.
import {
  accessSync,
  constants,
  type Dirent,
  lstatSync,
  readdirSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { InputError, type InputProblem, problemOf } from './problem.ts';
import { fileNameOf, isRemote, type RemoteInput } from './remote/address.ts';
import { newSelector, type Selection, type Selector } from './select.ts';
import { Turns } from './turns.ts';

/** A regular file to read, as it was named or found, and its size when it was looked at; or an address. */
export interface InputFile {
  readonly path: string;
  readonly bytes: number;
  /** Of one that a server has. */
  readonly remote?: RemoteInput | undefined;
}

export interface FindInputsOptions extends Selection {
  /** More names, after the others, each the path of a file or directory as it is: never a glob. */
  readonly paths?: Iterable<string> | AsyncIterable<string>;
  /** Stops the search: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then, and once at the end, with the number of files found so far. */
  readonly onProgress?: (filesFound: number) => void;
}

export interface FoundInputs {
  /** In the order of the names; what a directory or a glob holds is sorted by name (UTF-16 code units). */
  readonly files: InputFile[];
  /** Named pipes that were named explicitly: they have no size and no byte ranges, and can be read only once. */
  readonly pipes: string[];
  /** What was named, or found in a directory, and can't be read. The rest is in `files` all the same. */
  readonly problems: InputProblem[];
}

/**
 * Finds the files that the names stand for.
 *
 * A name is an address (`https://`, `http://`, `s3://bucket/key`, or `s3://bucket/prefix/` for all below it; RFC 9110
 * says how their ranges are asked for), a file, a directory (taken with all it holds, hidden files too), or a glob in tinyglobby's syntax
 * (files only; `*` and `**` match hidden ones as well). A path that exists is that path, even where it could be
 * read as a glob. A symbolic link is followed when it is named, not when it is met inside a directory or by a
 * glob; sockets, pipes and devices are passed over there. A file that several names lead to is listed once,
 * where it came first.
 *
 * Files that `include` and `exclude` leave out are passed over wherever they come from, named ones too.
 *
 * Never rejects for an input: what is missing or can't be read is listed in `problems`, an
 * {@link InputError} (`ERR_THRUM_INPUT`) each.
 *
 * @example
 * const { files, problems } = await findInputs(['README.md', 'docs', 'docs/*.txt']);
 */
export async function findInputs(
  names: readonly string[],
  options: FindInputsOptions = {},
): Promise<FoundInputs> {
  options.signal?.throwIfAborted();
  const search = new Search(options, await newSelector(options));
  for (const name of names) await search.add(name);
  for await (const path of options.paths ?? []) await search.add(path, true);
  await search.end();
  options.onProgress?.(search.found.files.length);
  return search.found;
}

class Search {
  readonly found: FoundInputs = { files: [], pipes: [], problems: [] };
  readonly #signal: AbortSignal | undefined;
  readonly #turns: Turns;
  readonly #selector: Selector;
  // Real paths of files, pipes and directories already taken: what makes each one count once.
  readonly #seen = new Set<string>();
  /** Addresses that were named, and how many files come before each. */
  readonly #remote: { readonly name: string; readonly behind: number }[] = [];

  constructor({ signal, onProgress }: FindInputsOptions, selector: Selector) {
    this.#selector = selector;
    this.#signal = signal;
    this.#turns = new Turns(signal, () => onProgress?.(this.found.files.length));
  }

  async add(name: string, isLiteral = false): Promise<void> {
    if (this.#turns.isOver()) await this.#turns.pause();
    if (isRemote(name)) return this.#addRemote(name);
    if (isLiteral && this.#isBelowExcluded(name)) return;
    let stats: Stats;
    let identity: string;
    try {
      stats = statSync(name);
      identity = identityOf(name);
    } catch (error) {
      if (isDangling(name, error))
        this.#refuse(name, 'is a symbolic link to something that does not exist', error);
      else if (isLiteral) this.found.problems.push(problemOf(name, error));
      else await this.#addNamed(name, error);
      return;
    }
    if (stats.isDirectory()) await this.#addDirectory(name, identity);
    else if (stats.isFile()) this.#addFile(name, identity, stats);
    else if (stats.isFIFO()) this.#addPipe(name, identity);
    else this.#refuse(name, `is a ${kindOf(stats)}: only files, directories and named pipes are read`);
  }

  /** Asks the servers for all that was named, and puts what they have where it was named. */
  async end(): Promise<void> {
    if (this.#remote.length === 0) return;
    const { findRemotes } = await import('./remote/findRemote.ts');
    const found = await findRemotes(
      this.#remote.map(({ name }) => name),
      this.#signal,
    );
    const { files, problems } = this.found;
    const local = files.splice(0);
    let taken = 0;
    for (const [i, { name, behind }] of this.#remote.entries()) {
      for (; taken < behind; taken++) files.push(local[taken]!);
      const result = found[i]!;
      if (result instanceof Error) problems.push({ path: name, error: result });
      else files.push(...result.filter(({ path }) => this.#takesRemote(path)));
    }
    files.push(...local.slice(taken));
  }

  #addRemote(name: string): void {
    this.#remote.push({ name, behind: this.found.files.length });
  }

  /** A prefix that is named twice, or with one of its objects, gives each once. */
  #takesRemote(path: string): boolean {
    const name = fileNameOf(path);
    return !this.#isBelowExcluded(name) && this.#selector.takesFile(name) && this.#isNew(path);
  }

  /** Depth first, without recursion: a deep tree doesn't deepen the stack. */
  async #addDirectory(root: string, rootIdentity: string): Promise<void> {
    const pending: Place[] = [{ path: root, identity: rootIdentity, isDirectory: true }];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (this.#turns.isOver()) await this.#turns.pause();
      if (!place.isDirectory) this.#addFile(place.path, place.identity);
      else if (this.#takesDirectory(place.path) && this.#isNew(place.identity)) this.#open(place, pending);
    }
  }

  #open(directory: Place, pending: Place[]): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(directory.path, { withFileTypes: true });
    } catch (error) {
      this.found.problems.push(problemOf(directory.path, error));
      return;
    }
    // Last name first, since the last one pushed is the next one taken.
    entries.sort((a, b) => (a.name < b.name ? 1 : -1));
    for (const entry of entries) {
      const isDirectory = entry.isDirectory();
      if (!isDirectory && !entry.isFile()) continue;
      pending.push({
        path: under(directory.path, entry.name),
        identity: under(directory.identity, entry.name),
        isDirectory,
      });
    }
  }

  /** What doesn't exist under its name: a glob, or a mistake. */
  async #addNamed(name: string, error: unknown): Promise<void> {
    // Loaded here, since most runs are given files and folders, and shouldn't wait for a library.
    const { isGlob, matchGlob } = await import('./glob.ts');
    if (isGlob(name)) await this.#addMatches(name, matchGlob);
    else this.found.problems.push(problemOf(name, error));
  }

  async #addMatches(glob: string, matchGlob: MatchGlob): Promise<void> {
    const { paths, problems } = await matchGlob(glob, this.#signal);
    for (const problem of problems) {
      if (this.#isNew(identityOf(problem.path))) this.found.problems.push(problem);
    }
    if (paths.length === 0 && problems.length === 0) {
      this.#refuse(glob, 'no such file, and as a glob it matches none (for directories, end it with /**)');
    }
    const realDirectories = new Map<string, string>();
    for (const path of paths) {
      if (this.#turns.isOver()) await this.#turns.pause();
      if (this.#isBelowExcluded(path)) continue;
      const directory = dirname(path);
      let real = realDirectories.get(directory);
      if (real === undefined) {
        real = identityOf(directory);
        realDirectories.set(directory, real);
      }
      this.#addFile(path, under(real, basename(path)));
    }
  }

  /** What a glob matches, or a list names, may lie in a directory that isn't looked into. */
  #isBelowExcluded(path: string): boolean {
    if (!this.#selector.excludes) return false;
    for (let up = dirname(path); up !== dirname(up); up = dirname(up)) {
      if (!this.#takesDirectory(up)) return true;
    }
    return false;
  }

  #addFile(path: string, identity: string, known?: Stats): void {
    if (!this.#selector.takesFile(path) || !this.#isNew(identity)) return;
    try {
      const { size } = known ?? statSync(path);
      // Asked here so that a file nobody may read is reported before hours of counting, not after.
      accessSync(path, constants.R_OK);
      this.found.files.push({ path, bytes: size });
    } catch (error) {
      this.found.problems.push(problemOf(path, error));
    }
  }

  /** `.` and `..` are no names that a glob could mean: what they hold has names. */
  #takesDirectory(path: string): boolean {
    return /(^|[\\/])\.{1,2}[\\/]?$/.test(path) || this.#selector.takesDirectory(path);
  }

  #addPipe(path: string, identity: string): void {
    if (this.#isNew(identity)) this.found.pipes.push(path);
  }

  #refuse(path: string, reason: string, cause?: unknown): void {
    this.found.problems.push({ path, error: new InputError(reason, { cause }) });
  }

  #isNew(identity: string): boolean {
    if (this.#seen.has(identity)) return false;
    this.#seen.add(identity);
    return true;
  }
}

type MatchGlob = typeof import('./glob.ts').matchGlob;

interface Place {
  readonly path: string;
  readonly identity: string;
  readonly isDirectory: boolean;
}

/** `name` inside `directory`, spelled after the directory's own spelling. `.` is left out. */
function under(directory: string, name: string): string {
  // Not path.join: it would make `link/../x` into `x`, which is another place when `link` is a symbolic link.
  if (directory === '.') return name;
  return directory.endsWith(sep) || directory.endsWith('/') ? directory + name : directory + sep + name;
}

function identityOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // /dev/fd/63 and the like lead to a pipe that has no path: the name itself is all there is.
    return path;
  }
}

function isDangling(path: string, error: unknown): boolean {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block device' : 'character device';
}
