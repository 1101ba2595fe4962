import test from 'ava';
import { escapeControls, formatBytes, formatCount, formatDuration } from '../../actors/cli/text.ts';

test('sizes have three digits in decimal units, and never read 1000', (t) => {
  const sizes = [0, 999, 1000, 1234, 99_940, 99_960, 999_499, 999_500, 1_234_567_890, 5e15];
  t.deepEqual(sizes.map(formatBytes), [
    ...['0 B', '999 B', '1.00 kB', '1.23 kB', '99.9 kB', '100 kB', '999 kB', '1.00 MB', '1.23 GB', '5.00 PB'],
  ]);
});

test('durations have two units, rounded up so that none reads zero before the end', (t) => {
  const seconds = [0, 0.2, 59, 59.5, 125, 3599.5, 3600, 3601, 7199, 360_000];
  t.deepEqual(seconds.map(formatDuration), [
    ...[
      '0 s',
      '1 s',
      '59 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 00 min',
      '1 h 00 min',
      '1 h 01 min',
      '2 h 00 min',
    ],
    '100 h 00 min',
  ]);
});

test('counts are grouped', (t) => {
  t.is(formatCount(1234567), '1,234,567');
});

test('only control characters and changes of direction are escaped', (t) => {
  t.is(escapeControls('a\nb\t\u007f\u0085\u2066'), 'a\\x0ab\\x09\\x7f\\x85\\u2066');
  const harmless = 'naïve 世界 👩‍💻 \\x1b';
  t.is(escapeControls(harmless), harmless);
});
