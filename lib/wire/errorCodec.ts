// An error on its way to another actor: class, message, code, cause and stack survive.
import * as errors from '../protocol/errors.ts';
import { type ErrorClass, RemoteError } from '../protocol/errors.ts';
import type { Platform } from './platform.ts';

/** An error as plain data. */
export interface SerializedError {
  readonly className: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own enumerable properties (code, issues, …) that structured clone carries. */
  readonly properties: Record<string, unknown>;
  readonly cause: { readonly error: SerializedError } | { readonly value: unknown } | undefined;
  /** Of an AggregateError. */
  readonly errors: readonly SerializedError[] | undefined;
}

const causesMax = 16;
/** Not every realm has it: a simulation needs nothing but the language. */
const domException = globalThis.DOMException as typeof DOMException | undefined;

/** Takes an error apart. Anything may be thrown: what isn't an error becomes the message of one. */
export function serializeError(thrown: unknown, platform: Platform, depth = 0): SerializedError {
  if (!isReadableError(thrown)) {
    const plain = isCloneable(thrown, platform);
    return {
      className: 'Error',
      message: `a value that isn't an Error was thrown: ${asText(thrown)}`,
      stack: undefined,
      properties: {},
      cause: plain ? { value: thrown } : undefined,
      errors: undefined,
    };
  }
  const properties: Record<string, unknown> = {};
  for (const name of attempt(() => Object.keys(thrown)) ?? []) {
    const value = reserved.has(name) ? undefined : attempt(() => ({ read: readProperty(thrown, name) }));
    if (value !== undefined && isCloneable(value.read, platform)) properties[name] = value.read;
  }
  const cause = causeOf(thrown);
  const stack = attempt(() => thrown.stack);
  const errors = thrown instanceof AggregateError ? attempt(() => arrayOf(thrown.errors)) : undefined;
  // Its name and code are its prototype's, which read them of nothing but a real one.
  const isDom = domException !== undefined && thrown instanceof domException;
  return {
    className: isDom ? 'DOMException' : classNameOf(thrown),
    message: thrown.message,
    // A program's own `Error.prepareStackTrace` may make anything of it.
    stack: typeof stack === 'string' ? stack : undefined,
    properties: {
      ...(isDom && { name: thrown.name }),
      ...attempt(() => (Object.hasOwn(thrown, 'name') ? { name: String(thrown.name) } : undefined)),
      ...properties,
    },
    cause:
      cause === undefined || depth >= causesMax
        ? undefined
        : isReadableError(cause)
          ? { error: serializeError(cause, platform, depth + 1) }
          : isCloneable(cause, platform)
            ? { value: cause }
            : undefined,
    errors:
      errors !== undefined && depth < causesMax
        ? errors.map((inner) => serializeError(inner, platform, depth + 1))
        : undefined,
  };
}

const reserved = new Set(['message', 'stack', 'cause', 'errors']);

function readProperty(object: object, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}

/** What `read` gives; `undefined` where it throws: a getter may, and a proxy may refuse anything. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function arrayOf(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? [...value] : undefined;
}

function classNameOf(error: Error): string {
  const name: unknown = attempt(() => error.constructor.name);
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

/** The class of an error, where it says one of which it is. */
export function classOf(error: Error): ErrorClass | undefined {
  return attempt(() => {
    const type = error.constructor as ErrorClass;
    return error instanceof type && typeof type.name === 'string' ? type : undefined;
  });
}

/** What led to an error, unless reading that throws. */
export function causeOf(error: Error): unknown {
  return attempt(() => error.cause);
}

/** Where an error was made, as far as it can be read; else what it says. */
export function stackOf(error: Error): string {
  const stack: unknown = attempt(() => error.stack);
  return typeof stack === 'string' ? stack : asText(error);
}

/** Objects may lack `toString`, or have one that throws. */
export function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    try {
      return Object.prototype.toString.call(value);
    } catch {
      return 'an object that nothing can be read of';
    }
  }
}

/** Whether it is an error that says something: a proxy may refuse even to be asked what it is, a message to be read. */
export function isReadableError(value: unknown): value is Error {
  try {
    return value instanceof Error && typeof value.message === 'string';
  } catch {
    return false;
  }
}

function isCloneable(value: unknown, platform: Platform): boolean {
  try {
    platform.serialize(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes an error again, of its class where this thread knows it (JavaScript's, this library's, and `known`),
 * a `RemoteError` with the original's name where not.
 */
export function reviveError(data: SerializedError, known: readonly ErrorClass[]): Error {
  if (domException !== undefined && data.className === 'DOMException') {
    return reviveDomException(domException, data, known);
  }
  const type = known.find((candidate) => candidate.name === data.className) ?? builtIn.get(data.className);
  // Made as an error, so that it passes for one wherever that is asked (`util.types.isNativeError`, test frameworks);
  // not by its class, whose constructor would want arguments of its own.
  const error = withoutTrace(() => new Error());
  Object.setPrototypeOf(error, (type ?? RemoteError).prototype as object);
  const hidden = (name: string, value: unknown) =>
    Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
  hidden('message', data.message);
  hidden('stack', data.stack ?? `${data.className}: ${data.message}`);
  if (type === undefined) hidden('name', data.className);
  for (const [name, value] of Object.entries(data.properties)) {
    if (name === 'name') hidden(name, value);
    else Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: true });
  }
  if (data.cause !== undefined) {
    hidden('cause', 'error' in data.cause ? reviveError(data.cause.error, known) : data.cause.value);
  }
  if (data.errors !== undefined)
    hidden(
      'errors',
      data.errors.map((inner) => reviveError(inner, known)),
    );
  return error;
}

/** Abort and timeout signals reject with such errors. A real one is made: an imitation can't even be asked for its name. */
function reviveDomException(
  type: typeof DOMException,
  { message, stack, properties, cause }: SerializedError,
  known: readonly ErrorClass[],
): Error {
  const { name, ...others } = properties;
  const error = withoutTrace(() => new type(message, String(name)));
  const own = {
    ...others,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: 'error' in cause ? reviveError(cause.error, known) : cause.value }),
  };
  for (const [key, value] of Object.entries(own)) {
    const enumerable = key in others;
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable });
  }
  return error;
}

const builtIn = new Map<string, ErrorClass>([
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map(
    (type) => [type.name, type] as const,
  ),
  ...Object.entries(errors as Record<string, ErrorClass>),
]);

// A minifier shortens the names of classes, differently in each file it makes, and here they are what tells a class
// to another thread. The names of exports stay.
for (const [name, type] of Object.entries(errors)) {
  Object.defineProperty(type, 'name', { value: name, configurable: true });
}

/**
 * Adds where an error was waited for below where it was made. Called in a promise reaction, where V8 still
 * knows the `await`s above it: so an ask that succeeds pays nothing for its trace. One that fails pays for the text
 * only when somebody reads it: a thread that dies may fail tens of thousands at once.
 */
export function addAwaitingStack(error: Error, what: () => string): Error {
  const here: { stack?: string } = {};
  (Error as { captureStackTrace?: (target: object) => void }).captureStackTrace?.(here);
  const stack = stackOf(error);
  Object.defineProperty(error, 'stack', {
    get(this: Error) {
      const frames = here.stack?.split('\n').filter((line) => /^\s+at async /.test(line)) ?? [];
      const text = [stack, `    ── asked '${what()}' ──`, ...frames].join('\n');
      setStack.call(this, text);
      return text;
    },
    set: setStack,
    configurable: true,
    enumerable: false,
  });
  return error;
}

function setStack(this: Error, value: unknown): void {
  Object.defineProperty(this, 'stack', { value, writable: true, configurable: true, enumerable: false });
}

/** Makes errors without a trace of their own: where they are made says nothing, and there may be very many. */
export function withoutTrace<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
