import test from 'ava';
import { parseSize } from '../../actors/cli/size.ts';

test('sizes are read in decimal and binary units, and nothing else is', (t) => {
  const expected: [string, number | undefined][] = [
    ['0', 0],
    ['1000', 1000],
    ['128MB', 128e6],
    ['128mb', 128e6],
    ['128M', 128e6],
    ['1.5 GB', 1.5e9],
    ['512MiB', 512 * 2 ** 20],
    ['2TiB', 2 ** 41],
    ['', undefined],
    ['MB', undefined],
    ['-1MB', undefined],
    ['1XB', undefined],
    ['1 MB more', undefined],
    ['1e3', undefined],
    ['99999999TB', undefined],
  ];
  for (const [text, bytes] of expected) t.is(parseSize(text), bytes, text);
});
