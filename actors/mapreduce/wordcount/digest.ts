// A short name for anything that is the same for what is the same.
import { createHash } from 'node:crypto';

/** 32 hexadecimal digits of the SHA-256 of the value's JSON. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
