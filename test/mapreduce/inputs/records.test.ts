// Records with text in a field: what is read of them, and what is left out and counted.
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { InputError } from '../../../actors/mapreduce/inputs/index.ts';
import { csvText, fieldOf, parquetText, textOf } from '../../../actors/mapreduce/inputs/records.ts';
import { inPieces } from './compressed.ts';

test('a field is found by its name, or within others by a path', (t) => {
  const record = { a: 1, 'a.b': 'dotted', c: { d: { e: 'deep' } }, list: ['x', 2] };
  t.is(fieldOf(record, 'a.b'), 'dotted');
  t.is(fieldOf(record, 'c.d.e'), 'deep');
  t.is(fieldOf(record, 'c.x.e'), undefined);
  t.is(fieldOf(record, 'toString'), undefined);
  t.is(fieldOf('text', 'length'), undefined);
  t.is(fieldOf(null, 'a'), undefined);
});

test('text is strings, numbers, booleans and lists of them', (t) => {
  t.deepEqual(
    [textOf('a'), textOf(''), textOf(1.5), textOf(7n), textOf(true)],
    ['a', '', '1.5', '7', 'true'],
  );
  t.is(textOf(['a', 1, null, ['b']]), 'a\n1\nb');
  t.deepEqual(
    [textOf(null), textOf(undefined), textOf({}), textOf([]), textOf([{}])],
    Array(5).fill(undefined),
  );
});

async function csv(text: string, field: string, piece: number) {
  const problems = { bad: 0, missing: 0 };
  const pieces: Buffer[] = [];
  for await (const bytes of csvText(inPieces(Buffer.from(text), piece), field, problems))
    pieces.push(Buffer.from(bytes));
  return { text: Buffer.concat(pieces).toString(), problems };
}

test('a column of CSV is read with quotes, line ends within and characters of any length', async (t) => {
  const table = '\ufeffid,text,x\r\n1,"one, ""two""\nthree",y\r\n\r\n2,Ärger 😀,y\n3\n4,last,y,more';
  for (const piece of [1, 2, 7, 1000]) {
    const { text, problems } = await csv(table, 'text', piece);
    t.is(text, 'one, "two"\nthree\nÄrger 😀\nlast\n');
    t.deepEqual(problems, { bad: 0, missing: 1 });
  }
});

test('a column that is not there is an error that names those that are', async (t) => {
  await t.throwsAsync(csv('a,b\n1,2\n', 'c', 100), {
    instanceOf: InputError,
    message: 'has no column c: its columns are a, b',
  });
  t.deepEqual(await csv('', 'c', 100), { text: '', problems: { bad: 0, missing: 0 } });
});

test('an error of what is read stays as it is, in CSV too', async (t) => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a,b\n1,2\n');
    throw new InputError('was cut off');
  }
  await t.throwsAsync(buffer(csvText(failing(), 'a', { bad: 0, missing: 0 })), { message: 'was cut off' });
});

function accessTo(bytes: ArrayBuffer) {
  return {
    byteLength: bytes.byteLength,
    slice: async (start: number, end?: number) => bytes.slice(start, end),
  };
}

async function parquet(bytes: ArrayBuffer, field: string) {
  const problems = { bad: 0, missing: 0 };
  const pieces: Buffer[] = [];
  for await (const piece of parquetText(accessTo(bytes), field, problems)) pieces.push(Buffer.from(piece));
  return { lines: Buffer.concat(pieces).toString().split('\n').slice(0, -1), problems };
}

const texts = Array.from({ length: 1000 }, (_, i) => (i % 10 === 3 ? null : `text ${i} é`));
const table = parquetWriteBuffer({
  columnData: [
    { name: 'id', data: texts.map((_, i) => i), type: 'INT32' },
    { name: 'text', data: texts, type: 'STRING' },
  ],
  rowGroupSize: 300,
});

test('a column of Parquet is read through all row groups; rows without it are counted', async (t) => {
  const { lines, problems } = await parquet(table, 'text');
  t.deepEqual(
    lines,
    texts.filter((text) => text !== null),
  );
  t.deepEqual(problems, { bad: 0, missing: 100 });
  t.is((await parquet(table, 'id')).lines[999], '999');
});

test('what is no Parquet, or has no such column, says so', async (t) => {
  await t.throwsAsync(parquet(table, 'body'), {
    instanceOf: InputError,
    message: 'has no column body: its columns are id, text',
  });
  const text = new TextEncoder().encode('no Parquet but long enough to look for a footer in it').buffer;
  await t.throwsAsync(parquet(text as ArrayBuffer, 'a'), {
    instanceOf: InputError,
    message: /can't be read as Parquet/,
  });
  await t.throwsAsync(parquet(table.slice(0, 2000), 'text'), { instanceOf: InputError });
  await t.throwsAsync(parquet(new ArrayBuffer(0), 'text'), {
    instanceOf: InputError,
    message: 'is no Parquet: it has 0 bytes',
  });
});
