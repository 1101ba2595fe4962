// What codecs need of the machine they run on, handed in so that this layer runs in a browser too.

/** Structured serialization and the string conversions a runtime has natively. */
export interface Platform {
  /** Structured clone to bytes; throws for what can't be cloned. */
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
  /** Writes the low bytes of `text` (all below U+0100) at `at`. */
  writeLatin1(bytes: Uint8Array, at: number, text: string): void;
  readLatin1(bytes: Uint8Array, start: number, end: number): string;
  /** Writes the UTF-16 code units of `text`, little-endian, at `at`. */
  writeUtf16(bytes: Uint8Array, at: number, text: string): void;
  readUtf16(bytes: Uint8Array, start: number, end: number): string;
}
