// How one actor's volume is divided: its values, its log, the log of its messages, its snapshot.
import { StoreError } from '../../protocol/errors.ts';
import { volumeKeyMax } from '../../protocol/storage.ts';

const values = 'k';
const positionDigits = 14;

/** Behind every key that begins as a value's. */
export const valuesEnd = 'l';
/** Units of an actor's own key. */
export const keyMax = 512;

/**
 * The key of a value.
 *
 * @throws `StoreError`
 */
export function valueKey(key: string): string {
  if (typeof key !== 'string') throw new StoreError('tooLarge', `a key is a string, not ${typeof key}`);
  if (key.length > keyMax || key.length + values.length > volumeKeyMax) {
    throw new StoreError('tooLarge', `a key has at most ${keyMax} UTF-16 units, this one ${key.length}`);
  }
  return values + key;
}

/** An actor's own key again. */
export function keyOfValue(key: string): string {
  return key.slice(values.length);
}

/** A numbered sequence of entries. */
export interface Sequence {
  readonly prefix: string;
  /** Where it is written which position comes next when no entry is left. */
  readonly marker: string;
}

/** `ctx.store.log`. */
export const ownLog: Sequence = { prefix: 'l', marker: 'n' };
/** The messages that are to be handled again. */
export const messageLog: Sequence = { prefix: 'm', marker: 's' };

/** The key of an entry: positions order as numbers. */
export function entryKey({ prefix }: Sequence, position: number): string {
  return prefix + position.toString(16).padStart(positionDigits, '0');
}

/** Behind the last entry there can be. */
export function entriesEnd({ prefix }: Sequence): string {
  return `${prefix}g`;
}

export function positionOf(key: string): number {
  return Number.parseInt(key.slice(1), 16);
}

/** @throws `StoreError` when an entry is missing */
export function checkFollows(position: number, expected: number): void {
  if (position === expected) return;
  throw new StoreError(
    'corrupt',
    `entry ${expected} of a log is missing: ${position} is the next there is. Restore the directory from a backup, or delete it to begin with nothing`,
  );
}
