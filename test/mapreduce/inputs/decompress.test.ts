// Compressed bytes: whole whatever the pieces they come in, and never a part of them taken for the whole.
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { compressionOf } from '../../../actors/mapreduce/inputs/compression.ts';
import { decompress } from '../../../actors/mapreduce/inputs/decompress.ts';
import { InputError } from '../../../actors/mapreduce/inputs/index.ts';
import { brotli, gzip, hasZstd, inPieces, skippableFrame, thousandByZstd, zstd } from './compressed.ts';

const text = Array.from({ length: 60_000 }, (_, i) => `w${(i * 7919) % 5003}`).join(' ');
const compressions = { gzip: gzip(text), brotli: brotli(text), zstd: zstd(text) };

async function textOf(kind: keyof typeof compressions, bytes: Uint8Array, piece: number): Promise<string> {
  return (await buffer(decompress(kind, inPieces(bytes, piece)))).toString();
}

for (const [name, bytes] of Object.entries(compressions)) {
  const kind = name as keyof typeof compressions;

  test(`${name}: what was compressed comes back, whatever the pieces`, async (t) => {
    for (const piece of [7, 1000, 65_536, bytes.length]) t.is(await textOf(kind, bytes, piece), text);
  });

  test(`${name}: a file that was cut off anywhere says so`, async (t) => {
    for (const length of [5, 30, bytes.length >> 1, bytes.length - 4, bytes.length - 1]) {
      const error = await t.throwsAsync(textOf(kind, bytes.subarray(0, length), 1000), {
        instanceOf: InputError,
      });
      t.is(error.message, `ends in the middle of its ${name} data: the file was cut off`, `${length} bytes`);
    }
  });

  test(`${name}: an error of what is read stays as it is`, async (t) => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 100);
      throw new RangeError('the disk is gone');
    }
    await t.throwsAsync(buffer(decompress(kind, failing())), {
      instanceOf: RangeError,
      message: 'the disk is gone',
    });
  });

  test(`${name}: leaving early ends the source`, async (t) => {
    let ended = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* inPieces(bytes, 1000);
      } finally {
        ended = true;
      }
    }
    for await (const piece of decompress(kind, watched())) {
      t.true(piece.length > 0);
      break;
    }
    // The pipeline lets go of its source a turn later.
    while (!ended) await new Promise(setImmediate);
    t.pass();
  });
}

test('gzip and zstd: texts that follow each other are one', async (t) => {
  const { gzip: g, zstd: z } = compressions;
  for (const piece of [11, 4096, 1 << 20]) {
    t.is(await textOf('gzip', Buffer.concat([g, g, g]), piece), text.repeat(3));
    t.is(await textOf('zstd', Buffer.concat([z, thousandByZstd, z]), piece), text + 'a'.repeat(1000) + text);
  }
});

test('zstd: skippable frames are passed over, the empty one too', async (t) => {
  const { zstd: z } = compressions;
  const [empty, full] = [skippableFrame(Buffer.alloc(0)), skippableFrame(Buffer.from('not text'))];
  for (const piece of [1, 3, 1 << 20]) {
    t.is(await textOf('zstd', Buffer.concat([full, empty, thousandByZstd, empty]), piece), 'a'.repeat(1000));
  }
  t.is(await textOf('zstd', Buffer.concat([z, full, z]), 5000), text + text);
});

test('an empty text of each compression is empty', async (t) => {
  t.is(await textOf('gzip', gzip(''), 100), '');
  t.is(await textOf('brotli', brotli(''), 100), '');
  t.is(await textOf('zstd', zstd(''), 100), '');
});

test('damaged data says what it is', async (t) => {
  const flipped = (bytes: Uint8Array): Buffer => {
    const copy = Buffer.from(bytes);
    copy[copy.length >> 1]! ^= 0x55;
    return copy;
  };
  const damaged = { instanceOf: InputError, message: /^its gzip data is damaged \(.+\)$/ };
  await t.throwsAsync(textOf('gzip', flipped(compressions.gzip), 1000), damaged);
  const tail = Buffer.concat([compressions.brotli, Buffer.from('more')]);
  await t.throwsAsync(textOf('brotli', tail, 1 << 20), { message: /more bytes follow behind its end/ });
  await t.throwsAsync(textOf('brotli', Buffer.from('no brotli at all'), 100), { instanceOf: InputError });
  const between = Buffer.concat([compressions.zstd, Buffer.from('garbage')]);
  await t.throwsAsync(textOf('zstd', between, 1000), { message: /no frame begins where one should/ });
  if (hasZstd) {
    await t.throwsAsync(textOf('zstd', flipped(compressions.zstd), 1000), {
      message: /its zstd data is damaged/,
    });
    const wrongSum = Buffer.from(thousandByZstd);
    wrongSum[wrongSum.length - 1]! ^= 1;
    await t.throwsAsync(textOf('zstd', wrongSum, 1000), { message: /checksum/ });
  }
});

test('a compression is told by the first bytes; brotli has no mark, so its name counts', (t) => {
  t.is(compressionOf('a.txt', gzip('x')), 'gzip');
  t.is(compressionOf('a.br', zstd('x')), 'zstd');
  t.is(compressionOf('a', skippableFrame(Buffer.alloc(1))), 'zstd');
  t.is(compressionOf('a.BR', brotli('x')), 'brotli');
  t.is(compressionOf('a.gz', Buffer.from('plain text under a wrong name')), undefined);
  t.is(compressionOf('a.br', Buffer.alloc(0)), undefined);
  t.is(compressionOf('a', Buffer.from([0x1f])), undefined);
});
