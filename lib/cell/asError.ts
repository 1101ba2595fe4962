// Handlers are other people's code: what they throw and return is looked at with care.

import { asText, isReadableError } from '../wire/errorCodec.ts';

/** An error for anything that may be thrown. */
export function asError(thrown: unknown): Error {
  if (isReadableError(thrown)) return thrown;
  return new Error(`a value that isn't an Error was thrown: ${asText(thrown)}`, { cause: thrown });
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
