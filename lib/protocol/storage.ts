// What a world brings for its actors to keep things: bytes by key, one volume for each identity. A disk brings it, a
// simulation brings another that fails on purpose. Values, logs and recovery are made of it, the same in all worlds.

/** One write; without `bytes` the key is dropped. */
export interface VolumeWrite {
  readonly key: string;
  readonly bytes: Uint8Array | undefined;
}

/** A key with what it holds. */
export interface VolumeEntry {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/**
 * What is kept for one identity. Keys are strings of 1 to `volumeKeyMax` units, ordered by UTF-16 code units.
 *
 * - Commits are applied in the order of their calls, each whole or not at all, also when the process or the machine
 *   dies in the middle of it. One that has resolved is never lost.
 * - One that rejects may have been applied or not. After it every later one rejects too, also those that were called
 *   already: what is there is always a prefix of the commits. {@link Storage.open} begins anew.
 * - What is read is what was written; where that can't be had, a `StoreError` of kind `corrupt`. Never anything else.
 * - A read sees the commits that had resolved when it was called.
 */
export interface Volume {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Up to `limit` entries from key `from` on that lie below `to`, in their order; fewer only where there are no more. */
  range(from: string, to: string, limit: number): Promise<readonly VolumeEntry[]>;
  commit(writes: readonly VolumeWrite[]): Promise<void>;
  /** Nobody uses it any more. What is on its way still arrives. */
  close(): void;
}

export interface Storage {
  /**
   * The volume of an identity. Whoever had opened it before can't write any more (`StoreError` of kind `fenced`), and
   * what they had written and is not yet there never will be: what is read from now on is all there is.
   */
  open(identity: string): Promise<Volume>;
}

/** Units of a volume's key. */
export const volumeKeyMax = 520;

/** Bytes of one value. */
export const volumeBytesMax = 64 * 1024 * 1024;
