// What nodes say to each other about values, and what an app may ask any of them.
import * as z from 'zod';
import { ask, bytes } from '../../../lib/index.ts';

const count = z.number().int().min(0);
const key = z.string();
const ttlMs = z.number().positive().optional();

/** Orders the writes of one key: by counter, then by who wrote. */
export const versionSchema = z.object({ counter: count, writer: z.string() });

/** A value as nodes keep it. */
export const recordSchema = z.object({
  /** Its place on the ring. */
  id: z.string(),
  version: versionSchema,
  content: z.discriminatedUnion('kind', [
    /** Whatever an app put there. */
    z.object({ kind: z.literal('value'), bytes: bytes() }),
    /** A value in so many blocks, each a record of its own. */
    z.object({ kind: z.literal('blocks'), count: count, bytes: count }),
    /** Its place is the hash of the bytes: any node can tell whether it is right. */
    z.object({ kind: z.literal('hashed'), bytes: bytes() }),
    /** Its place is the hash of the public key (DER, SPKI); the counter of its version is what the owner counted. */
    z.object({ kind: z.literal('signed'), bytes: bytes(), publicKey: bytes(), signature: bytes() }),
    /** There was something, and it was deleted. */
    z.object({ kind: z.literal('tombstone') }),
  ]),
  /** How long it has still to live where it is sent from, in milliseconds; without it, for ever. */
  ttlMs,
});
export type StoredRecord = z.output<typeof recordSchema>;
export type Content = StoredRecord['content'];

/** What one node holds of a key, as it tells others to compare. */
export const entrySchema = z.object({ id: z.string(), version: versionSchema });
export type Entry = z.output<typeof entrySchema>;

export const storageMessages = {
  /**
   * Writes a value under a key; when it settles, a quorum has it. Throws `ValueTooLargeError`, `InvalidKeyError`,
   * `RingTooSmallError`, `QuorumError` (then the value may have been written or not).
   */
  put: ask(z.object({ key, value: bytes(), ttlMs }), versionSchema, { concurrent: true }),
  /** The value of a key. Throws `UnknownKeyError`, `QuorumError`, `RingTooSmallError`. */
  get: ask(z.object({ key }), z.object({ value: bytes(), version: versionSchema }), { concurrent: true }),
  /** Deletes a key, known or not. Throws as `put` does. */
  delete: ask(z.object({ key }), versionSchema, { concurrent: true }),
  /** Writes a value under the hash of itself, which it answers. Never changes. Throws as `put` does. */
  putHashed: ask(z.object({ value: bytes(), ttlMs }), z.string(), { concurrent: true }),
  /** The value with that hash; what nodes give is checked against it. Throws as `get` does. */
  getHashed: ask(z.object({ hash: z.string() }), z.object({ value: bytes() }), { concurrent: true }),
  /**
   * Writes a value that only the holder of a private key can make; its place is the hash of the public key, which it
   * answers. See `signValue`. Throws `InvalidSignatureError`, `StaleSequenceError`, and as `put` does.
   */
  putSigned: ask(
    z.object({ value: bytes(), sequence: count, publicKey: bytes(), signature: bytes(), ttlMs }),
    z.string(),
    { concurrent: true },
  ),
  /** The value with the highest sequence number under the hash of a public key. Throws as `get` does. */
  getSigned: ask(
    z.object({ hash: z.string() }),
    z.object({ value: bytes(), sequence: count, publicKey: bytes() }),
    { concurrent: true },
  ),

  /**
   * The record that the node holds, its bytes left out unless `values`; `moving`: the node has just joined, and what it
   * should hold may still be on its way.
   */
  fetch: ask(
    z.object({ id: z.string(), values: z.boolean() }),
    z.object({ record: recordSchema.optional(), moving: z.boolean() }),
  ),
  /** To be kept where they are newer than what is there. Throws `InvalidSignatureError`, `CorruptValueError`. */
  store: ask(z.object({ records: z.array(recordSchema) }), z.void()),
  /** What the sender holds; the answer says which of it is lacking or older here. */
  offer: ask(z.object({ entries: z.array(entrySchema) }), z.object({ wanted: z.array(z.string()) })),
  /** Whether the node's records of the range from (excluded) to (included) have this digest. */
  compare: ask(
    z.object({ from: z.string(), to: z.string(), digest: z.string() }),
    z.object({ same: z.boolean() }),
  ),
  /** Records of the range behind `after`, so many at most. For a node that has joined. */
  pull: ask(
    z.object({ from: z.string(), to: z.string(), after: z.string().optional() }),
    z.object({ records: z.array(recordSchema), done: z.boolean() }),
  ),
  /** What a node holds, counted. */
  holdings: ask(z.void(), z.object({ records: count, tombstones: count, bytes: count, moving: z.boolean() })),
};
