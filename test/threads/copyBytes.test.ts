// Bytes arrive as they are, from anywhere to anywhere, and nothing beside them changes.
import test from 'ava';
import fc from 'fast-check';
import { copyBytes } from '../../lib/threads/copyBytes.ts';

const length = 3000;
const position = fc.oneof(fc.integer({ min: 0, max: length }), fc.constantFrom(0, length));

function bytesIn(memory: ArrayBuffer | SharedArrayBuffer, add: number): Uint8Array {
  const bytes = new Uint8Array(memory);
  for (let i = 0; i < length; i++) bytes[i] = i * 7 + add;
  return bytes;
}

for (const shared of ['from', 'to', 'neither'] as const) {
  test(`any part goes to any place, shared: ${shared}`, (t) => {
    const memory = (isShared: boolean) => new (isShared ? SharedArrayBuffer : ArrayBuffer)(length);
    fc.assert(
      fc.property(position, position, position, (one, other, place) => {
        const start = Math.min(one, other);
        const end = Math.max(one, other);
        const at = Math.min(place, length - (end - start));
        const from = bytesIn(memory(shared === 'from'), 1);
        const to = bytesIn(memory(shared === 'to'), 100);
        const expected = Uint8Array.from(to);
        expected.set(from.subarray(start, end), at);
        copyBytes(from, start, end, to, at);
        t.deepEqual(Buffer.compare(to, expected), 0);
      }),
    );
  });
}
