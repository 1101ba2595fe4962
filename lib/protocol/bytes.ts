// Byte arrays in messages: copied as a rule, given away or shared where that is asked for by name.
import * as z from 'zod';
import { UncloneableValueError } from './errors.ts';

/** A `Uint8Array`. What arrives is a copy of its own, or the sender's own memory if the sender used {@link move}. */
export function bytes(): z.ZodType<Uint8Array, Uint8Array> {
  return z.instanceof(Uint8Array) as unknown as z.ZodType<Uint8Array, Uint8Array>;
}

/**
 * A `Uint8Array` over a `SharedArrayBuffer`: what arrives is the same memory. The one exception to the rule that
 * actors share nothing, so mind who writes when.
 */
export function sharedBytes(): z.ZodType<Uint8Array<SharedArrayBuffer>, Uint8Array<SharedArrayBuffer>> {
  return z.custom<Uint8Array<SharedArrayBuffer>>(isOverShared, {
    error: 'expected a Uint8Array over a SharedArrayBuffer',
  });
}

function isOverShared(value: unknown): boolean {
  return value instanceof Uint8Array && value.buffer instanceof SharedArrayBuffer;
}

/** Whether {@link sharedBytes} made the schema: by its check, which `.describe()` and `.refine()` keep. */
export function isSharedBytes(schema: z.ZodType): boolean {
  return (schema as z.ZodCustom)._zod.def.fn === isOverShared;
}

const moved = new WeakSet<Uint8Array>();

/**
 * Gives memory away with the next message that carries it: nothing is copied, whatever the size, and afterwards
 * `array` and everything else over its buffer is empty here. For schemas made by {@link bytes}.
 *
 * @example
 * ```ts
 * resizer.tell.resize({ pixels: move(pixels) }); // pixels.length is 0 from here on
 * ```
 * @throws `TypeError` for what isn't a `Uint8Array`, and for memory that can't be given away: shared, a slice of Node's
 *   buffer pool, or gone already
 */
export function move(array: Uint8Array): Uint8Array {
  if (!(array instanceof Uint8Array)) {
    const what = (array as object | null)?.constructor?.name ?? typeof array;
    throw new TypeError(
      `move takes a Uint8Array, not ${what}: give away new Uint8Array(buffer), and read .buffer of what arrives`,
    );
  }
  if (!(array.buffer instanceof ArrayBuffer)) {
    throw new TypeError('shared memory has no owner to give it away: use sharedBytes()');
  }
  if (array.buffer.byteLength > array.byteLength * 2 + 1024 || isPooled(array)) {
    throw new TypeError(
      'the array is a small part of a larger buffer, which would go with it: move a copy, array.slice()',
    );
  }
  if (isGone(array.buffer)) {
    throw new TypeError(
      'the array was given away before: nothing is left of it here. Make another, or send it once',
    );
  }
  moved.add(array);
  return array;
}

/** Whether a buffer has been transferred. (`detached` says so from Node.js 21 on.) */
function isGone(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * Nothing of it can be sent, and an empty array in its place would hide a mistake. `where`: ` at field.list[2]`.
 *
 * @throws `UncloneableValueError` for memory that was given away
 */
export function refuseGone(buffer: ArrayBufferLike, where = ''): void {
  if (!isGone(buffer)) return;
  throw new UncloneableValueError(
    `a byte array${where} can't be sent: its memory was given away before (by move() or a transfer), and nothing is left of it here. Send a copy the first time, or make another`,
  );
}

/** Small Buffers share memory with others. */
function isPooled(array: Uint8Array): boolean {
  return array.constructor.name === 'Buffer' && array.byteLength !== array.buffer.byteLength;
}

/** Whether the array was marked by {@link move}; from then on it isn't any more. */
export function takeMove(array: Uint8Array): boolean {
  return moved.delete(array);
}
