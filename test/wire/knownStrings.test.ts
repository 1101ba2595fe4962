// Strings that have been read before are found again: whatever was read in between, each has the letters of its bytes.
import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { readKnown } from '../../lib/wire/knownStrings.ts';
import { shortString } from '../../lib/wire/shortString.ts';

function read(bytes: Uint8Array, start: number, length: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readKnown(bytes, view, start, length);
}

test('a string that comes again has the letters of its bytes, whatever came before and wherever it lies', (t) => {
  // Few different letters, so that most strings come often, and zeros, which a shorter string might be taken to have.
  const letters = fc.array(fc.constantFrom(0, 97, 98, 255), { maxLength: shortString - 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(letters, fc.nat(7)), { maxLength: 200 }), (strings) =>
      strings.every(([codes, before]) => {
        const bytes = Uint8Array.from([...new Array<number>(before).fill(97), ...codes, 98]);
        return read(bytes, before, codes.length) === Buffer.from(codes).toString('latin1');
      }),
    ),
    { numRuns: 300 },
  );
  t.pass();
});

test('strings of one beginning and end are told apart by their lengths, and by the letters between', (t) => {
  const all: string[] = [];
  for (let length = 0; length <= 10; length++) {
    for (const letter of ['a', 'b', '\0', '\xff'])
      all.push(letter.repeat(length), `a${letter.repeat(length)}b`);
  }
  for (let times = 0; times < 4; times++) {
    for (const text of all) {
      const bytes = Buffer.from(text, 'latin1');
      t.is(read(Uint8Array.from(bytes), 0, text.length), text);
    }
  }
});

test('many different strings push each other out of their places and are right all the same', (t) => {
  for (let times = 0; times < 3; times++) {
    for (let i = 0; i < 20_000; i++) {
      const id = (i * 7919).toString(36).slice(0, 4);
      const text = i % 2 === 0 ? id : `same${id}`;
      const bytes = Uint8Array.from(Buffer.from(text));
      if (read(bytes, 0, text.length) !== text || read(bytes, 0, text.length) !== text) t.fail(text);
    }
  }
  t.pass();
});
