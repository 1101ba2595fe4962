// What an actor with a name can keep on disk: values by key, and a log. How it gets there is the world's.

/** What one {@link Store.batch} writes. */
export interface StoreBatch {
  put(key: string, value: unknown): void;
  delete(key: string): void;
  /** Adds an entry to the end of the log. */
  append(value: unknown): void;
}

/** A part of the keys. They are ordered by UTF-16 code units, as `<` orders strings. */
export interface KeyRange {
  /** The first key; default: the first there is. */
  from?: string;
  /** The key to end before; default: none. */
  to?: string;
}

/** One entry of a log. */
export interface StoredEntry {
  /** 1 for the first entry ever appended; each next one is 1 more. Positions are never used again. */
  readonly position: number;
  readonly value: unknown;
}

/** A log: entries are added to its end and dropped from its beginning. */
export interface StoreLog {
  /** Adds an entry to the end; resolves with its position when it is durable. */
  append(value: unknown): Promise<number>;
  /** The entries from position `from` on, the first there is by default, up to the last one at the time of the call. */
  read(from?: number): AsyncIterable<StoredEntry>;
  /** Drops the entries below position `before`. */
  truncate(before: number): Promise<void>;
  /** The position of the first entry there is, and the position the next one will get; equal when there is none. */
  bounds(): Promise<{ readonly first: number; readonly next: number }>;
}

/**
 * What is kept for one actor, whose identity is its definition and its name: it finds it again after a restart, on
 * another node, in another process. Writes are applied in the order of their calls, each whole or not at all. One whose
 * promise has resolved is durable, as `createSystem`'s `store` says; one that rejects may be or not be there, and those
 * called behind it, before it had rejected, are not. Reads see every write called before.
 *
 * Values are what structured clone carries: no functions, no instances of classes, no refs; up to 64 MB each. Keys are
 * strings of 0 to 512 UTF-16 units.
 *
 * Everything rejects with a `StoreError`, whose `kind` says what is wrong.
 */
export interface Store {
  /** The value of a key; `undefined` where there is none. */
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  /** Drops a key; nothing happens where there is none. */
  delete(key: string): Promise<void>;
  /** The keys in their order with their values. Entries written meanwhile may be among them or not. */
  list(range?: KeyRange): AsyncIterable<readonly [key: string, value: unknown]>;
  /** Writes all that `fill` says, or nothing. `fill` is called at once. */
  batch(fill: (batch: StoreBatch) => void): Promise<void>;
  readonly log: StoreLog;
}
