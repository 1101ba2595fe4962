/**
 * What each code point is to a tokenizer, in the one Unicode version this package carries: never the
 * runtime's own, so that every Node version and every machine counts the same words.
 */

import { CLASS_RUNS } from './generated/tables.ts';
import { expandRuns } from './runs.ts';

export { UNICODE_VERSION } from './generated/tables.ts';

export const CLASS_OTHER = 0;
/** `\p{L}` */
export const CLASS_LETTER = 1;
/** `\p{M}` */
export const CLASS_MARK = 2;
/** `\p{N}` or `\p{Pc}` */
export const CLASS_NUMBER = 3;
// Class 4 is `White_Space`, which only the table of scan codes asks for.

let classesOrNone: Uint8Array | undefined;

/**
 * The class of each code point. A byte each, since pages nobody reads are never made resident. Made when it is first asked for:
 * the thread that hands out work doesn't need it.
 */
export function characterClasses(): Uint8Array {
  classesOrNone ??= expandRuns(CLASS_RUNS);
  return classesOrNone;
}
