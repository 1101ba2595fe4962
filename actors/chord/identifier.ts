// Identifiers of nodes and keys: points on a ring of 2^bits places. Apart because everything else only compares them.
import { createHash } from 'node:crypto';
import { InvalidIdentifierError } from './errors.ts';

/**
 * A point on the ring: lower-case hexadecimal digits, most significant first, all of one width (`bits / 4`). So
 * identifiers compare as strings do, serve as keys of a `Map`, print as they are, and travel in one byte a digit.
 */
export type Identifier = string;

/** What identifiers are truncated from. */
export type HashName = 'sha1' | 'sha256';

/** How many bits a hash has to truncate. */
const hashBits: Readonly<Record<HashName, number>> = { sha1: 160, sha256: 256 };

/** The size of a ring: `bits` of the digest of `hash`. */
export interface IdentifierSpace {
  /** Bits of an identifier: a multiple of 4, from 4 to what the hash gives (160 or 256). */
  readonly bits: number;
  readonly hash: HashName;
}

/** The paper's: 160 bits of SHA-1. */
export const defaultSpace: IdentifierSpace = { bits: 160, hash: 'sha1' };

/** @throws `InvalidIdentifierError` for a number of bits that the hash can't give */
export function checkSpace({ bits, hash }: IdentifierSpace): void {
  const most = hashBits[hash];
  if (Number.isInteger(bits) && bits >= 4 && bits <= most && bits % 4 === 0) return;
  throw new InvalidIdentifierError(
    `identifiers of ${bits} bits: give a multiple of 4 from 4 to ${most}, which is what ${hash} has`,
  );
}

/** The identifier of a node's name or of a key: its digest, the first `bits` of it. */
export function identifierOf(name: string | Uint8Array, space: IdentifierSpace = defaultSpace): Identifier {
  return createHash(space.hash)
    .update(name)
    .digest('hex')
    .slice(0, space.bits / 4);
}

/**
 * The text itself, if it is an identifier of that space.
 *
 * @throws `InvalidIdentifierError` where it has another width or other characters
 */
export function parseIdentifier(text: string, space: IdentifierSpace = defaultSpace): Identifier {
  const digits = space.bits / 4;
  if (text.length === digits && /^[0-9a-f]*$/.test(text)) return text;
  throw new InvalidIdentifierError(
    `'${text.slice(0, 80)}' is no identifier of this ring: it takes ${digits} lower-case hexadecimal digits (${space.bits} bits)`,
  );
}

/** The identifier 2^`power` further round the ring: the start of the finger with that index, counted from 0. */
export function fingerStart(id: Identifier, power: number): Identifier {
  const bits = id.length * 4;
  const sum = BigInt.asUintN(bits, BigInt(`0x${id}`) + (1n << BigInt(power)));
  return sum.toString(16).padStart(id.length, '0');
}

/** How far it is clockwise from `from` to `to`, as a number: for figures and tables, not for decisions. */
export function clockwiseShare(from: Identifier, to: Identifier): number {
  const bits = from.length * 4;
  const distance = BigInt.asUintN(bits, BigInt(`0x${to}`) - BigInt(`0x${from}`));
  return Number(distance) / 2 ** bits;
}
