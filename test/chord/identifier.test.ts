import test from 'ava';
import * as fc from 'fast-check';
import { InvalidIdentifierError } from '../../actors/chord/errors.ts';
import {
  checkSpace,
  clockwiseShare,
  fingerStart,
  identifierOf,
  parseIdentifier,
} from '../../actors/chord/identifier.ts';
import { point } from './support/points.ts';

test('an identifier is the truncated hash, in lower-case hexadecimal digits', (t) => {
  t.is(identifierOf('abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  t.is(identifierOf('abc', { bits: 16, hash: 'sha1' }), 'a999');
  t.is(identifierOf('abc', { bits: 32, hash: 'sha256' }), 'ba7816bf');
  t.is(identifierOf(new Uint8Array([97, 98, 99])), identifierOf('abc'));
});

test('a length that the hash cannot give is refused', (t) => {
  for (const bits of [0, 2, 6, 161, 164, 4.5, Number.NaN]) {
    t.throws(() => checkSpace({ bits, hash: 'sha1' }), {
      instanceOf: InvalidIdentifierError,
      message: /4 to 160/,
    });
  }
  t.notThrows(() => checkSpace({ bits: 160, hash: 'sha1' }));
  t.notThrows(() => checkSpace({ bits: 256, hash: 'sha256' }));
});

test('a text of another width or with other characters is no identifier', (t) => {
  const space = { bits: 16, hash: 'sha1' } as const;
  t.is(parseIdentifier('0aff', space), '0aff');
  for (const text of ['', '0af', '0aff0', '0AFF', '0afg', ' aff']) {
    t.throws(() => parseIdentifier(text, space), {
      instanceOf: InvalidIdentifierError,
      code: 'ERR_THRUM_CHORD_IDENTIFIER',
    });
  }
});

test('a finger starts a power of two further, round the ring', (t) => {
  t.is(fingerStart('fe', 0), 'ff');
  t.is(fingerStart('fe', 1), '00');
  t.is(fingerStart('f0', 7), '70');
  fc.assert(
    fc.property(point, fc.integer({ min: 0, max: 7 }), (id, power) => {
      t.is(clockwiseShare(id, fingerStart(id, power)), 2 ** power / 256);
    }),
  );
});
