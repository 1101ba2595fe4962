// What can be given away, and what is said of the rest.
import { Buffer } from 'node:buffer';
import test from 'ava';
import { move } from '../../lib/index.ts';

test('an array with memory of its own can be given away', (t) => {
  const array = new Uint8Array(4096);
  t.is(move(array), array);
});

test('what is no byte array is refused with what to give instead', (t) => {
  for (const [value, what] of [
    [new ArrayBuffer(8), 'ArrayBuffer'],
    [new Float64Array(8), 'Float64Array'],
    ['text', 'String'],
    [undefined, 'undefined'],
    [null, 'object'],
  ]) {
    t.throws(() => move(value as unknown as Uint8Array), {
      instanceOf: TypeError,
      message: `move takes a Uint8Array, not ${what}: give away new Uint8Array(buffer), and read .buffer of what arrives`,
    });
  }
});

test('memory that others use too is refused', (t) => {
  t.throws(() => move(new Uint8Array(new SharedArrayBuffer(8))), { message: /sharedBytes\(\)/ });
  t.throws(() => move(Buffer.from('a slice of the pool')), { message: /array\.slice\(\)/ });
  t.throws(() => move(new Uint8Array(new ArrayBuffer(8192), 0, 16)), { message: /array\.slice\(\)/ });
});
