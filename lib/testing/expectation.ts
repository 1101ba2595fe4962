// An expectation that isn't met: an error that says what was expected and what came, and points at the test's line.
import { inspect } from 'node:util';
import { ThrumError } from '../protocol/errors.ts';
import { isRef } from '../protocol/ref.ts';

/** What a test expected didn't happen. `expected` and `actual` are for the reporters that show differences. */
export class ExpectationError extends ThrumError {
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(message: string, expected?: unknown, actual?: unknown) {
    super('ERR_THRUM_EXPECTATION', message);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Where the test called `callee`: taken at once, since whoever waits has lost it when the error is made. */
export class CallSite {
  private readonly holder: { stack?: string } = {};

  constructor(callee: (...args: never[]) => unknown) {
    Error.captureStackTrace(this.holder, callee);
  }

  /** Gives an error the stack of the call. */
  mark<E extends Error>(error: E): E {
    const frames = (this.holder.stack ?? '').split('\n').slice(1).join('\n');
    // The reporters of test frameworks find the test's line in the stack's first frame.
    Object.defineProperty(error, 'stack', {
      value: `${error.name}: ${error.message}\n${frames}`,
      writable: true,
      configurable: true,
    });
    return error;
  }
}

/** A message as a reader wants to see it: `'add' 2`. */
export function describeMessage(name: string, message: unknown): string {
  return message === undefined ? `'${name}'` : `'${name}' ${show(message)}`;
}

/** A value in a few lines at most; refs by their paths. */
export function show(value: unknown): string {
  if (isRef(value)) return `Ref(${value.path})`;
  return inspect(value, { depth: 4, breakLength: 100, maxArrayLength: 20, maxStringLength: 400 });
}

/** Lines numbered from 1; of very many the last ones. */
export function numbered(lines: readonly string[], max = 20): string {
  const hidden = Math.max(lines.length - max, 0);
  const shown = lines
    .slice(hidden)
    .map((line, i) => `  ${hidden + i + 1}. ${line.replaceAll('\n', '\n     ')}`);
  return [...(hidden > 0 ? [`  (${hidden} before)`] : []), ...shown].join('\n');
}
