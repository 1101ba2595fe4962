// Short strings are put together eight letters at a time: all lengths, and what lies before and behind isn't read.
import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { readShort, shortString } from '../../lib/wire/shortString.ts';

test('a short string has the letters of its bytes, whatever its length and place', (t) => {
  const bytes = fc.uint8Array({ minLength: shortString + 8, maxLength: shortString + 8 });
  fc.assert(
    fc.property(bytes, fc.nat(7), (all, start) => {
      for (let length = 0; length < shortString; length++) {
        const expected = Buffer.from(all).toString('latin1', start, start + length);
        if (readShort(all, start, length) !== expected) return false;
      }
      return true;
    }),
  );
  t.pass();
});
