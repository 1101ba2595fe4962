// Readers alone, over bytes in memory: each record once, and where it begins, wherever the parts are cut.
import test from 'ava';
import { fixedRecords, jsonLines, type Reader, textLines } from '../../../actors/mapreduce/index.ts';

/** What is read of all parts of so many bytes, with what is made of each record. */
function readAll<R, S>(
  reader: Reader<R>,
  bytes: Uint8Array,
  partBytes: number,
  readBytes: number,
  made: (record: R) => S,
): [offset: number, record: S][] {
  const all: [number, S][] = [];
  for (let start = 0; start < bytes.length; start += partBytes) {
    const part = {
      ...{ path: 'memory', start, end: Math.min(bytes.length, start + partBytes), bytes: bytes.length },
      read(into: Uint8Array, position: number): number {
        const piece = bytes.subarray(position, position + into.length);
        into.set(piece);
        return piece.length;
      },
    };
    const cursor = reader.open(part, readBytes);
    while (cursor.next()) all.push([cursor.offset, made(cursor.record)]);
  }
  return all;
}

test('records of a fixed size begin where they lie', (t) => {
  const bytes = Uint8Array.from({ length: 7 * 50 }, (_, i) => i % 251);
  const expected = Array.from({ length: 50 }, (_, i) => [7 * i, String(bytes.subarray(7 * i, 7 * i + 7))]);
  for (const [partBytes, readBytes] of [
    [7, 7],
    [70, 20],
    [350, 1000],
  ] as const) {
    t.deepEqual(
      readAll(fixedRecords({ bytes: 7 }), bytes, partBytes, readBytes, String) as unknown,
      expected,
    );
  }
});

test('lines of JSON begin where they lie; empty ones are none, and the last one needs no end', (t) => {
  const lines = ['\ufeff{"é":"ñ"}', '', '[1,2]', '', '', '"\u{1f600}"', '7'];
  const bytes = Buffer.from(lines.join('\n'));
  let at = 3;
  const expected: [number, unknown][] = [];
  for (const line of lines) {
    const text = line.replace('\ufeff', '');
    if (text !== '') expected.push([at, JSON.parse(text)]);
    at += Buffer.byteLength(text) + 1;
  }
  for (let partBytes = 1; partBytes <= bytes.length; partBytes++) {
    t.deepEqual(
      readAll(jsonLines<unknown>(), bytes, partBytes, 1, (record) => record),
      expected,
    );
  }
});

test('lines are cut at no character’s expense: whatever the parts, in either encoding', (t) => {
  const text = '\u{1f600}é\r\n\r\n’ab\rc\n\n𝒳';
  const bytes = Buffer.from(text);
  let at = 0;
  const expected = text.split('\n').map((line): [number, string] => {
    const offset = at;
    at += Buffer.byteLength(line) + 1;
    return [offset, line.replace(/\r$/, '')];
  });
  for (let partBytes = 1; partBytes <= bytes.length; partBytes++) {
    t.deepEqual(
      readAll(textLines(), bytes, partBytes, 1, (line) => line),
      expected,
    );
    const raw = readAll(textLines({ encoding: 'latin1' }), bytes, partBytes, 1, (line) => line);
    t.deepEqual(
      raw,
      expected.map(([offset, line]) => [offset, Buffer.from(line).toString('latin1')]),
    );
  }
});
