// What a reader is: how an input is cut into records, a part of it at a time.

/** A part of an input: from byte `start` to byte `end` of a file, or bytes that are there already. */
export interface Part {
  /** The file, or the name of what else is read. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** The size of the whole. */
  readonly bytes: number;
  /** Fills the array from byte `position` on; returns how many bytes there were, 0 at the end. */
  read(into: Uint8Array, position: number): number;
}

/** Goes through the records of one part, one after the other. */
export interface Cursor<R> {
  /** Moves to the next record; false: there is none. */
  next(): boolean;
  readonly record: R;
  /** Where the record begins. */
  readonly offset: number;
}

/** An input as a whole. */
export interface StoredBytes {
  readonly path: string;
  /** Undefined where that isn't known before the end. */
  readonly bytes: number | undefined;
  /** Whether `pieces` can begin elsewhere than at the beginning. */
  readonly hasRanges: boolean;
  /** Bytes from `start` (default 0) up to `end` (default: the end), in pieces. */
  pieces(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/**
 * Cuts inputs into records. A record belongs to the part in which it begins; a part reads beyond its end to finish its
 * last one, so that each record is read once, wherever the cuts are.
 */
export interface Reader<R> {
  readonly name: string;
  /** Whether a file may be cut into parts, and whether cuts must fall on multiples of some size. */
  readonly splits: boolean | { readonly multipleOf: number };
  /** Opens a part. `readBytes` is how much to read at a time. */
  open(part: Part, readBytes: number): Cursor<R>;
  /** Cuts a stream of bytes so that no record is cut, for inputs that come as such; absent: it takes none. */
  cutBehind?(bytes: Uint8Array): number;
  /**
   * Whether compressed inputs are read as what they hold, and archives as the files in them, told by their first bytes;
   * default: bytes are read as they are stored.
   */
  readonly unpacks?: boolean;
  /**
   * Reads a whole file instead of `open`, in batches of records: for formats in which no record can be found without what
   * comes before it, or an index. With `unpacks`, what it is given is unpacked.
   */
  records?(stored: StoredBytes): AsyncIterable<readonly R[]>;
}
