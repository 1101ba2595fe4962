// A job: what a user declares, typed from the reader to the writer. Its name is its identity in every thread.
import * as z from 'zod';
import type { ByteWriter } from './encoding/byteWriter.ts';
import { JobDefinitionError } from './errors.ts';
import type { Reader } from './readers/reader.ts';
import type { JobKey } from './shuffle/keys.ts';
import type { Writer } from './writers/writer.ts';

/** Takes a pair from `map`. The value is stored at once: what is done to it afterwards changes nothing. */
export type Emit<K, V> = (key: K, value: V) => void;

/** What `map` and `reduce` know of the task they run in. */
export interface TaskInfo<P = unknown, C extends string = string> {
  readonly params: P;
  /** The map or reduce task, from 0. */
  readonly task: number;
  /** Adds to a counter; each task's counts go into the result once, however often it was run. */
  count(counter: C, by?: number): void;
  /**
   * A file beside the output, in the output directory: there once the job is, and only as a whole. A name that two
   * tasks use is an error.
   */
  sideFile(name: string, content: Uint8Array | string): void;
}

/** What `map` knows besides: where its record comes from. */
export interface MapInfo<P = unknown, C extends string = string> extends TaskInfo<P, C> {
  /** The file, or the name of what else was read. */
  readonly path: string;
  /** Where the record begins: a byte offset; for values, their number. */
  readonly offset: number;
}

/** How keys find their partition: by hash, or by ranges found from a sample, so that partition 0 has the lowest keys. */
export type Partitioning<K> = 'hash' | 'range' | ((key: K, partitions: number) => number);

/** The order in which a reducer gets keys and values. */
export interface SortOptions<K, V> {
  /** Order of the keys within a partition; default: ascending. */
  keys?: (a: K, b: K) => number;
  /** Order of a key's values; default: that of the input. */
  values?: (a: V, b: V) => number;
}

/** What {@link job} takes. */
export interface JobOptions<R, K extends JobKey, V, O, I, S extends z.ZodType, C extends string> {
  /**
   * Where another thread finds this job: `import.meta.url`, or a path. Leave it out only where every thread already
   * loads the module (a bundle).
   */
  module?: string | URL;
  /** Schema of what a run is given besides its input, such as a pattern; default: nothing. */
  params?: S;
  input: Reader<R>;
  /**
   * Called for each record; emits any number of pairs. Annotate `emit`: `Emit<string, number>` is what types the rest.
   * May return a promise, which holds up its task.
   */
  map: (record: R, emit: Emit<K, V>, info: MapInfo<z.output<S>, C>) => void | Promise<void>;
  /** Joins two values of a key, where `left` came first. Associative; then less goes to the reducers. */
  combine?: (left: V, right: V, key: K) => V;
  /** Called once for each key, in order, with all its values, which can be gone through once. */
  reduce: (
    key: K,
    values: Iterable<V>,
    emit: (record: O) => void,
    info: TaskInfo<z.output<S>, C>,
  ) => void | Promise<void>;
  partition?: Partitioning<K>;
  sort?: SortOptions<K, V>;
  output: Writer<O, I>;
  /** Names of the counters. */
  counters?: readonly C[];
}

/** A kind of job, which reads `R` and whose output reads as `O`. Made by {@link job}. */
export interface Job<R = unknown, O = unknown, S extends z.ZodType = z.ZodType, C extends string = string> {
  readonly kind: 'thrum/job';
  readonly name: string;
  readonly module: string | undefined;
  readonly params: S;
  readonly input: Reader<R>;
  readonly output: Pick<Writer<never, O>, 'name' | 'extension' | 'reader'>;
  readonly counters: readonly C[];
  readonly code: JobCode;
}

/** The functions of a job, as the engine calls them: types were checked where it was declared. */
export interface JobCode {
  map(record: unknown, emit: Emit<JobKey, unknown>, info: MapInfo): unknown;
  readonly combine: ((left: unknown, right: unknown, key: JobKey) => unknown) | undefined;
  reduce(key: JobKey, values: Iterable<unknown>, emit: (record: unknown) => void, info: TaskInfo): unknown;
  readonly partition: Partitioning<JobKey>;
  readonly sort: SortOptions<JobKey, unknown>;
  write(record: unknown, to: ByteWriter): void;
}

/** All jobs of this thread, whichever copy of this module has made them. */
const jobs = table();

function table(): Map<string, Job> {
  const key = Symbol.for('thrum.mapreduce.jobs');
  const global = globalThis as Record<symbol, unknown>;
  global[key] ??= new Map();
  return global[key] as Map<string, Job>;
}

/**
 * Declares a job and registers it under `name` in this thread.
 *
 * @throws `JobDefinitionError` when another module has declared a job `name`, or a name is empty or taken twice
 * @example
 * ```ts
 * export const WordCount = job('app/WordCount', {
 *   module: import.meta.url,
 *   input: textLines(),
 *   map(line, emit: Emit<string, number>) {
 *     for (const word of line.split(' ')) emit(word, 1);
 *   },
 *   combine: (left, right) => left + right,
 *   reduce(word, counts, emit) {
 *     let sum = 0;
 *     for (const count of counts) sum += count;
 *     emit([word, sum]);
 *   },
 *   output: tsv<[word: string, count: number]>(),
 * });
 * ```
 */
export function job<R, K extends JobKey, V, O, I, S extends z.ZodType = z.ZodVoid, C extends string = never>(
  name: string,
  options: JobOptions<R, K, V, O, I, S, C>,
): Job<R, I, S, C> {
  if (name === '') throw new JobDefinitionError('a job needs a name: it is how other threads find it');
  const counters = options.counters ?? [];
  if (new Set(counters).size < counters.length) {
    throw new JobDefinitionError(`job '${name}' names a counter twice: ${counters.join(', ')}`);
  }
  const module = options.module === undefined ? undefined : String(options.module);
  const known = jobs.get(name);
  if (known !== undefined && known.module !== module) {
    throw new JobDefinitionError(
      `two modules declare a job '${name}': ${known.module ?? 'one without a module'} and ${module ?? 'one without a module'}. Give one of them another name`,
    );
  }
  const { map, combine, reduce, partition = 'hash', sort = {} } = options;
  const made: Job<R, I, S, C> = {
    kind: 'thrum/job',
    name,
    module,
    params: options.params ?? (z.void() as z.ZodType as S),
    input: options.input,
    output: options.output,
    counters,
    code: { map, combine, reduce, partition, sort, write: options.output.write } as unknown as JobCode,
  };
  jobs.set(name, made as unknown as Job);
  return made;
}

export function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'thrum/job';
}

/** The job as another thread finds it: registered there already, or by importing its module. */
export async function findJob(name: string, module: string | undefined): Promise<Job> {
  const known = jobs.get(name);
  if (known !== undefined) return known;
  if (module === undefined) {
    throw new JobDefinitionError(
      `job '${name}' isn't known on this thread: give job() its module (module: import.meta.url), or import it in the file that calls startNode()`,
    );
  }
  await import(module);
  const found = jobs.get(name);
  if (found === undefined)
    throw new JobDefinitionError(`${module} was imported, and declares no job '${name}'`);
  return found;
}
