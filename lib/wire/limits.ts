// How deep a message may nest: what recurses over a value counts its steps here.
import { MessageLimitError } from '../protocol/errors.ts';

/** How deep a message may nest. */
export const depthMax = 512;

/** One level deeper, or an error. */
export function descend(depth: number): number {
  if (depth >= depthMax) {
    throw new MessageLimitError(`a message nests deeper than ${depthMax} levels, or contains itself`);
  }
  return depth + 1;
}
