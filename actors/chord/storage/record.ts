// What a record is worth: which of two is newer, and whether it proves itself. Pure.
import { type Identifier, type IdentifierSpace, identifierOf } from '../identifier.ts';
import { CorruptValueError, InvalidSignatureError } from './errors.ts';
import type { StoredRecord } from './messages.ts';
import { isSignedBy } from './signing.ts';

/** The place of a write in the order of all writes of one key. */
export interface Version {
  readonly counter: number;
  readonly writer: string;
}

/** Below 0: `a` is older. */
export function compareVersions(a: Version, b: Version): number {
  if (a.counter !== b.counter) return a.counter - b.counter;
  return a.writer < b.writer ? -1 : a.writer > b.writer ? 1 : 0;
}

/** Whether `candidate` is to take the place of `present`. */
export function isNewer(candidate: Version, present: Version | undefined): boolean {
  return present === undefined || compareVersions(candidate, present) > 0;
}

/** The version after all of these, by this writer. */
export function nextVersion(seen: readonly (Version | undefined)[], writer: string): Version {
  let counter = 0;
  for (const version of seen) if (version !== undefined) counter = Math.max(counter, version.counter);
  return { counter: counter + 1, writer };
}

/**
 * Refuses a record that claims to prove itself and doesn't. A node checks what it is given, and whoever reads checks
 * what nodes give: neither trusts the other.
 *
 * @throws `CorruptValueError`, `InvalidSignatureError`
 */
export function checkProof({ id, content, version }: StoredRecord, space: IdentifierSpace): void {
  if (content.kind === 'hashed' && identifierOf(content.bytes, space) !== id) {
    throw new CorruptValueError(id, 'its bytes have another hash');
  }
  if (content.kind !== 'signed') return;
  if (identifierOf(content.publicKey, space) !== id) {
    throw new CorruptValueError(id, 'its public key has another hash');
  }
  const { bytes: value, publicKey, signature } = content;
  if (!isSignedBy({ value, sequence: version.counter, publicKey, signature }))
    throw new InvalidSignatureError(id);
}

/** The bytes a record takes up, its value alone counted. */
export function sizeOf({ content }: StoredRecord): number {
  return 'bytes' in content && typeof content.bytes !== 'number' ? content.bytes.length : 0;
}

/** The place of block `index` of a value in blocks: with each version other places, so that no write mixes with another. */
export function blockId(of: Identifier, version: Version, index: number, space: IdentifierSpace): Identifier {
  return identifierOf(`${of}/${version.counter}/${version.writer}/${index}`, space);
}
