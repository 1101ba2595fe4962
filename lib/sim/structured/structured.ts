// Structured values as bytes, without a platform's own serialization: what `structuredClone` carries, references to the
// same object kept.
import { StructuredReader } from './reader.ts';
import { StructuredWriter } from './writer.ts';

/** Bytes of a structured clone of `value`. Throws for functions, symbols and what else can't be cloned. */
export function serialize(value: unknown): Uint8Array {
  const writer = new StructuredWriter();
  writer.value(value);
  return writer.bytes.slice(0, writer.length);
}

export function deserialize(bytes: Uint8Array): unknown {
  return new StructuredReader(bytes).value();
}
