// All rules, in all combinations, on real threads and with ranges of a few bytes: what a few plain lines say.
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { type CountWordsOptions, countWords, findInputs } from '../../../actors/mapreduce/index.ts';
import { InvalidOptionError, type System } from '../../../lib/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { gzip, inPieces } from '../inputs/compressed.ts';
import { makeFolder, writeInto } from '../inputs/folder.ts';
import { countPlainly, type PlainRules } from './oracle.ts';

async function count(system: System, options: CountWordsOptions, folder = '') {
  const job = countWords(system, { top: 'all', ...options });
  const result = await job.result;
  const lines: string[] = [];
  for await (const batch of result.entries()) {
    for (const { path = '', word, count: n } of batch) {
      const short = folder !== '' && path === folder ? '.' : path.replace(`${folder}/`, '');
      lines.push(`${short}\t${word} ${n}`);
    }
  }
  return { result, lines: lines.sort() };
}

const words = [
  'the',
  'The',
  'a',
  'of',
  'é',
  'É',
  'e\u0301',
  'ß',
  'ΟΔΟΣ',
  'don’t',
  "it's",
  'x1',
  '3.14',
  'İ',
  'naïve',
];
const gaps = [' ', ' ', '\n', '\r\n', ', ', '. ', ' - ', '\t', '…', '  '];
const text = fc
  .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...gaps)), { maxLength: 40 })
  .map((parts) => parts.flat().join(''));

const rules: fc.Arbitrary<PlainRules> = fc.record({
  tokenizer: fc.constantFrom(
    'words',
    'letters',
    'whitespace',
    'uax29',
    'regex:\\p{L}[\\p{L}\\d]*|\\d+',
    'regex:^.*$',
  ),
  letterCase: fc.constantFrom('lower', 'keep'),
  ngrams: fc.constantFrom(1, 1, 2, 3, 7),
  stopWords: fc.constantFrom([], ['the', 'é', 'οδος']),
  minLength: fc.constantFrom(1, 1, 2, 4),
  normalize: fc.constantFrom(undefined, 'nfc'),
  groupBy: fc.constantFrom(undefined, 'path', 'directory'),
  docFreq: fc.boolean(),
});

const sizes = fc.record({
  rangeBytes: fc.integer({ min: 1, max: 300 }),
  readBytes: fc.integer({ min: 1, max: 100 }),
  memoryBytesMax: fc.constantFrom(1, 1 << 28),
});

const optionsOf = ({ normalize, groupBy, ...rest }: PlainRules): CountWordsOptions => ({
  ...rest,
  ...(normalize && { normalize }),
  ...(groupBy && { groupBy }),
});

test.serial('whatever the rules, threads and sizes, the counts are those of a plain loop', async (t) => {
  const systems = [await systemFor(t, { threads: 0 }), await systemFor(t, { threads: 3 })];
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      rules,
      sizes,
      fc.constantFrom('wasm', 'typescript'),
      async (texts, given, someSizes, engine) => {
        const folder = makeFolder(t);
        const names = ['a', 'b', 'd/c', 'd/z'];
        const files = new Map(texts.map((content, i) => [names[i]!, content]));
        for (const [name, content] of files) writeInto(folder, name, content);
        const { files: found } = await findInputs([folder]);
        const system = systems[round++ % 2]!;
        const { lines, result } = await count(
          system,
          { files: found, ...optionsOf(given), ...someSizes, engine },
          folder,
        );
        const expected = countPlainly(files, given);
        t.deepEqual(lines, expected);
        t.is(
          result.words,
          expected.reduce((sum, line) => sum + Number(/\d+$/.exec(line)![0]), 0),
        );
        t.is(result.distinct, expected.length);
        t.is(result.bytes, Buffer.byteLength(texts.join('')));
      },
    ),
    { numRuns: 150 },
  );
});

test.serial('a stream and a compressed file follow the same rules as files', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const content = 'One two three.\nTwo three four five.\n'.repeat(50);
  const folder = makeFolder(t, { 'd/a.gz': gzip(content) });
  const { files } = await findInputs([folder]);
  const given: PlainRules = {
    ...{ tokenizer: 'words', letterCase: 'lower', ngrams: 3, stopWords: ['four'], minLength: 1 },
    ...{ normalize: undefined, groupBy: 'path', docFreq: false },
  };
  const expected = countPlainly(new Map([['d/a.gz', content]]), given);
  t.deepEqual((await count(system, { files, ...optionsOf(given), readBytes: 10 }, folder)).lines, expected);
  for (const piece of [5, 1000]) {
    const stream = inPieces(Buffer.from(content), piece);
    const { lines } = await count(system, { stream, streamName: 'd/a.gz', ...optionsOf(given) }, folder);
    t.deepEqual(lines, expected);
  }
});

test.serial('n-grams of a long stream go on from block to block', async (t) => {
  const system = await systemFor(t, { threads: 3 });
  const content = Array.from({ length: 400_000 }, (_, i) => `w${i % 1000}`).join(' ');
  const { result } = await count(system, { stream: inPieces(Buffer.from(content), 65_536), ngrams: 2 });
  t.deepEqual([result.words, result.distinct], [399_999, 1000]);
});

test.serial('words of low counts are left out of the entries, not of the sums', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const options = { stream: inPieces(Buffer.from('a a a b b c'), 3), minCount: 2 };
  const { lines, result } = await count(system, options);
  t.deepEqual(lines, ['\ta 3', '\tb 2']);
  t.deepEqual([result.words, result.distinct], [6, 3]);
});

test.serial('bytes that are no UTF-8 separate under every rule', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const bytes = Buffer.concat([
    Buffer.from('é'),
    Buffer.from([0xff]),
    Buffer.from('é\nx'),
    Buffer.from([0xc3]),
  ]);
  for (const tokenizer of ['uax29', 'regex:\\p{L}+', 'regex:.+', 'whitespace'] as const) {
    for (const normalize of [{}, { normalize: 'nfc' }] as const) {
      const { lines } = await count(system, { stream: inPieces(bytes, 2), tokenizer, ...normalize });
      t.deepEqual(lines, ['\tx 1', '\té 2'], tokenizer);
    }
  }
});

test.serial('a file that is damaged counts up to there, in its own group', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const folder = makeFolder(t, { 'a.gz': gzip('cut '.repeat(9)).subarray(0, 25), 'b.txt': 'whole' });
  const { files } = await findInputs([folder]);
  const { lines, result } = await count(system, { files, groupBy: 'path' }, folder);
  t.true(lines.includes('b.txt\twhole 1'));
  t.is(result.failed.length, 1);
  t.is(result.failed[0]!.path, join(folder, 'a.gz'));
});

test('rules that make no sense are refused at once, with what is wrong', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const refused = (options: CountWordsOptions, message: RegExp): void => {
    t.throws(() => countWords(system, options), { instanceOf: InvalidOptionError, message });
  };
  refused({ tokenizer: 'regex:(' }, /Invalid regular expression/);
  refused({ tokenizer: 'regex:' }, /is empty/);
  refused({ tokenizer: 'sentences' as 'words' }, /tokenizer must be 'words', 'letters'.*not "sentences"/);
  refused({ ngrams: 0 }, /ngrams must be an integer from 1 to 20, not 0/);
  refused({ ngrams: 21 }, /from 1 to 20/);
  refused({ minLength: 1.5 }, /minLength/);
  refused({ minCount: 0 }, /minCount/);
  refused({ groupBy: 'owner' as 'path' }, /groupBy must be 'path' or 'directory'/);
  refused({ normalize: 'nfd' as 'nfc' }, /normalize must be 'nfc'/);
});

test.serial('a regular expression keeps its flags; one that needs the older syntax has it', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const counted = async (tokenizer: RegExp | `regex:${string}`): Promise<string[]> =>
    (
      await count(system, {
        stream: inPieces(Buffer.from('ab AB (x) 😀'), 100),
        tokenizer,
        letterCase: 'keep',
      })
    ).lines;
  t.deepEqual(await counted(/ab/i), ['\tAB 1', '\tab 1']);
  t.deepEqual(await counted(/ab/g), ['\tab 1']);
  t.deepEqual(await counted('regex:[(]x[)]'), ['\t(x) 1']);
  t.deepEqual(await counted(/[^\sa-zA-Z()]/), ['\t😀 1']);
});
