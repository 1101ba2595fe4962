// A task: a function that computes and keeps nothing, run on a thread of the system's pool so that no mailbox is
// held by it.

import * as z from 'zod';
import { checkDeclaration } from './declared.ts';
import { register } from './definitions.ts';
import { type ErrorClass, UnsupportedSchemaError } from './errors.ts';
import { innerLayouts, type Layout, layoutOf } from './layout.ts';

/** What a task knows beside its input. */
export interface TaskContext {
  /**
   * Aborted when nobody wants the result any more: the caller's signal or `timeoutMs`, the end of the actor that asked
   * for it, the closing of the system. A loop that computes sees it too: `aborted` reads shared memory. A task that
   * has looked at its signal gets a second to end by itself; one that hasn't is ended with its thread at once.
   */
  readonly signal: AbortSignal;
}

/** A kind of task. Its name is its identity in every thread. Made by {@link task}. */
export interface Task<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  readonly kind: 'thrum/task';
  readonly name: string;
  /** The module that a pool thread imports to find this task. */
  readonly module: string | undefined;
  readonly in: In;
  readonly out: Out;
  readonly errors: readonly ErrorClass[];
  // A method, so that a task of any schemas is a Task.
  run(input: z.output<In>, task: TaskContext): z.input<Out> | Promise<z.input<Out>>;
}

/** What {@link task} takes. */
export interface TaskDeclaration<In extends z.ZodType, Out extends z.ZodType> {
  /** Where a pool thread finds this task: `import.meta.url`, or a path. Importing it must be safe on any thread. */
  module?: string | URL;
  /** Schema of the input; default: none. */
  in?: In;
  /** Schema of the result; default: none. */
  out?: Out;
  /** Error classes that `run` throws and callers want to catch with `instanceof`. */
  errors?: readonly ErrorClass[];
  /** Computes the result. What it keeps between calls is kept by each thread for itself. */
  run: (input: z.output<In>, task: TaskContext) => z.input<Out> | Promise<z.input<Out>>;
}

/** Options of `ctx.run` and `system.run`. */
export interface RunOptions {
  /** Rejects the run with the signal's reason, and aborts the task's own signal. */
  signal?: AbortSignal;
  /**
   * Byte arrays of the input, each in a place whose schema is `bytes()`, that are given away instead of copied: as with
   * `move(array)`, they are empty here afterwards.
   */
  move?: readonly Uint8Array[];
  /**
   * Milliseconds until the run rejects with `TaskTimeoutError` and the task is aborted, above 0; the wait for a free
   * thread counts. Default: `Infinity`.
   */
  timeoutMs?: number;
}

/** `run(Task)` where the input may be left out, `run(Task, input)` where not. */
export type RunArguments<In extends z.ZodType> =
  undefined extends z.input<In>
    ? [input?: z.input<In>, options?: RunOptions]
    : [input: z.input<In>, options?: RunOptions];

/**
 * Defines a task and registers it under `name` in this thread.
 *
 * @throws `UnsupportedSchemaError` when the input or the result couldn't be carried to another thread
 * @throws `DefinitionConflictError` when another module has already defined a task `name`
 * @example
 * ```ts
 * export const Primes = task('math/Primes', {
 *   module: import.meta.url,
 *   in: z.number().int(),
 *   out: z.array(z.number()),
 *   run: (below) => sieve(below),
 * });
 * // In a handler: const primes = await ctx.run(Primes, 1_000_000);
 * ```
 */
export function task<In extends z.ZodType = z.ZodVoid, Out extends z.ZodType = z.ZodVoid>(
  name: string,
  declaration: TaskDeclaration<In, Out>,
): Task<In, Out> {
  checkDeclaration('thrum/task', name, declaration, 'run');
  const definition: Task<In, Out> = {
    kind: 'thrum/task',
    name,
    module: declaration.module === undefined ? undefined : String(declaration.module),
    in: declaration.in ?? (z.void() as z.ZodType as In),
    out: declaration.out ?? (z.void() as z.ZodType as Out),
    errors: declaration.errors ?? [],
    run: declaration.run,
  };
  refuseRefs(layoutOf(definition.in, `the input of task '${name}'`), `the input of task '${name}'`);
  refuseRefs(layoutOf(definition.out, `the result of task '${name}'`), `the result of task '${name}'`);
  register(definition);
  return definition;
}

/** A pool thread is no node: it has nobody to send to. What a lazy schema hides is found when it is sent. */
function refuseRefs(layout: Layout, what: string): void {
  if (layout.kind === 'ref') {
    throw new UnsupportedSchemaError(
      `${what} contains a ref, which a task can't use: it runs outside the nodes. Let the actor that runs it send what it gives back.`,
    );
  }
  for (const inner of innerLayouts(layout)) refuseRefs(inner, what);
}
