// Files that a server has: found, read in ranges and as streams, through what goes wrong on the way.
import test, { type ExecutionContext } from 'ava';
import { findInputs, type InputFile } from '../../../../actors/mapreduce/index.ts';
import { RemoteInputError } from '../../../../actors/mapreduce/inputs/remote/errors.ts';
import { RemoteFile } from '../../../../actors/mapreduce/inputs/remote/remoteFile.ts';
import { brokenOff } from '../../../../actors/mapreduce/inputs/remote/request.ts';
import {
  defaultPatience,
  type Patience,
  pauseAfter,
} from '../../../../actors/mapreduce/inputs/remote/tries.ts';
import { cutAfter, etagOf, fileServer, type ServedFile } from './server.ts';

const hasty: Patience = { triesMax: 4, pauseMs: 1, pauseMsMax: 50, idleMs: 2000 };
const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251));

function open({ path, bytes, remote }: InputFile, signal?: AbortSignal): RemoteFile {
  return new RemoteFile(path, bytes, remote!, { patience: hasty, signal });
}

async function opened(t: ExecutionContext, file: ServedFile, signal?: AbortSignal) {
  const server = await fileServer(t, { '/a': file });
  const { files, problems } = await findInputs([`${server.url}/a`]);
  t.deepEqual(problems, []);
  server.requests.length = 0;
  return { server, file: open(files[0]!, signal), found: files[0]!, served: server.files.get('/a')! };
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

test('one byte tells the size, the version and whether there are ranges', async (t) => {
  const modified = 'Sat, 28 Nov 2026 12:00:00 GMT';
  const server = await fileServer(t, {
    '/ranged': { bytes, modified },
    '/streamed': { bytes, ranges: false, etag: null },
    '/chunked': { bytes, ranges: false, sized: false, etag: '"x"' },
    '/empty': { bytes: new Uint8Array(0) },
  });
  const names = ['ranged', 'streamed', 'chunked', 'empty'].map((name) => `${server.url}/${name}`);
  const { files, problems } = await findInputs(names);
  t.deepEqual(problems, []);
  const etag = etagOf({ bytes });
  t.deepEqual(
    files.map(({ bytes, remote }) => ({ bytes, ...remote })),
    [
      { bytes: 50_000, ranges: true, sized: true, etag, modified },
      { bytes: 50_000, ranges: false, sized: true, etag: undefined, modified: undefined },
      { bytes: 0, ranges: false, sized: false, etag: '"x"', modified: undefined },
      {
        bytes: 0,
        ranges: false,
        sized: true,
        etag: etagOf({ bytes: new Uint8Array(0) }),
        modified: undefined,
      },
    ],
  );
  t.is(server.requests.length, 4);
  t.deepEqual([...new Set(server.requests.map(({ range }) => range))], ['bytes=0-0']);
});

test('remote files stand among the others where they were named, each once, as far as they are wanted', async (t) => {
  const server = await fileServer(t, { '/b.txt': 'b', '/c.md': 'c', '/dir/d.txt': 'd' });
  const [b, c, d] = ['b.txt?x=1', 'c.md', 'dir/d.txt'].map((name) => `${server.url}/${name}`);
  const { files, problems } = await findInputs(['package.json', b!, 'LICENSE', c!, b!], {
    paths: ['README.md', d!],
    include: ['*.txt', 'LICENSE', 'README.md'],
    exclude: ['dir'],
  });
  t.deepEqual(problems, []);
  t.deepEqual(
    files.map(({ path }) => path),
    [b, 'LICENSE', 'README.md'],
  );
});

test('what is wrong with an address is told, and the rest is found', async (t) => {
  const server = await fileServer(t, { '/fine': 'fine', '/private': 'no', '/moved': 'no' });
  server.fault = ({ url }, response) => {
    if (url === '/private') response.writeHead(403).end();
    else if (url === '/moved') response.writeHead(302, { location: '/fine' }).end();
    else if (url === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (url === '/odd') response.writeHead(301, { location: 'ftp://elsewhere' }).end();
    else if (url === '/teapot') response.writeHead(418, 'I am a teapot').end();
    else return false;
    return true;
  };
  const names = ['fine', 'none', 'private', 'moved', 'round', 'odd', 'teapot'].map(
    (name) => `${server.url}/${name}`,
  );
  names.push('https://name:secret@localhost/', 'http://', 'http://name.invalid/');
  const { files, problems } = await findInputs(names);
  t.deepEqual(
    files.map(({ path, bytes }) => [path.slice(server.url.length), bytes]),
    [
      ['/fine', 4],
      ['/moved', 4],
    ],
  );
  const told = problems.map(({ path, error }) => {
    t.true(error instanceof RemoteInputError, path);
    const { reason, status, message } = error as RemoteInputError;
    return `${path.replace(server.url, '')} ${reason} ${status}: ${message}`;
  });
  t.deepEqual(told, [
    '/none not-found 404: there is no such file (404 Not Found)',
    '/private forbidden 403: the server refuses access (403 Forbidden)',
    '/round refused undefined: the server leads on more than 10 times',
    '/odd refused undefined: the server leads on to what is no web address: ftp://elsewhere',
    '/teapot refused 418: the server refuses (418 I am a teapot)',
    'https://name:secret@localhost/ address undefined: has a name or a password in it, which reports would show: give an address that needs none, such as a signed one',
    'http:// address undefined: is no web address',
    'http://name.invalid/ unreachable undefined: the connection failed (getaddrinfo ENOTFOUND name.invalid)',
  ]);
});

test('of a certificate that nobody vouches for it is said how to trust it, and it isn’t asked for again', (t) => {
  const cause = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate' };
  const failure = brokenOff(cause);
  t.true(failure instanceof RemoteInputError);
  t.is(
    failure.message,
    'the connection failed (self-signed certificate; NODE_EXTRA_CA_CERTS names a file of certificates to trust)',
  );
});

test('ranges are asked for as they are wanted, of the version that was found', async (t) => {
  const { server, file } = await opened(t, { bytes });
  t.deepEqual(Buffer.from(await file.read(0, 10)), bytes.subarray(0, 10));
  t.deepEqual(Buffer.from(await file.read(49_990, 50_000)), bytes.subarray(49_990));
  t.deepEqual(await whole(file.pieces()), bytes);
  t.deepEqual(Buffer.from(await file.read(5, 5)), Buffer.alloc(0));
  t.deepEqual(
    server.requests.map(({ range, headers }) => [range, headers['if-range'], headers['accept-encoding']]),
    ['bytes=0-9', 'bytes=49990-49999', 'bytes=0-49999'].map((range) => [
      range,
      etagOf({ bytes }),
      'identity',
    ]),
  );
});

for (const [name, served] of Object.entries<ServedFile>({
  'in ranges': { bytes },
  'in ranges without a version': { bytes, etag: null },
  'as one stream': { bytes, ranges: false },
  'as one stream of unknown length': { bytes, ranges: false, sized: false },
})) {
  test(`a connection that breaks off is gone on with where it was: ${name}`, async (t) => {
    const { server, file } = await opened(t, served);
    server.fault = (request, response, number) => cutAfter(served, number * 9000)(request, response, number);
    t.deepEqual(await whole(file.pieces()), bytes);
    t.true(server.requests.length > 2);
  });
}

test('a stream without any version can only be begun again where nothing of it was used', async (t) => {
  const served: ServedFile = { bytes, ranges: false, etag: null };
  const { server, file, found } = await opened(t, served);
  server.fault = (request, response, number) => {
    if (number === 1) return cutAfter(served, 1000)(request, response, number);
    return false;
  };
  const error = await t.throwsAsync(whole(file.pieces()), { instanceOf: RemoteInputError });
  t.regex(error!.message, /neither ranges nor versions/);
  server.fault = (_, response, number) => number % 2 === 1 && !response.socket!.destroy().closed;
  t.deepEqual(await whole(open(found).pieces()), bytes);
});

test('429, 5xx and resets are tried again, as long as the server asks for, and not for ever', async (t) => {
  const { server, file, found } = await opened(t, { bytes });
  const statuses = [429, 500, 503];
  server.fault = (_, response, number) => {
    const status = statuses[number - 1];
    if (status === undefined) return false;
    response.writeHead(status, { 'retry-after': number === 3 ? '0' : '0.001' }).end();
    return true;
  };
  t.deepEqual(Buffer.from(await file.read(0, 100)), bytes.subarray(0, 100));
  t.is(server.requests.length, 4);

  server.requests.length = 0;
  server.fault = (_, response) => !!response.writeHead(503).end('busy');
  const busy = await t.throwsAsync(open(found).read(0, 100), { instanceOf: RemoteInputError });
  t.is((busy as RemoteInputError).reason, 'busy');
  t.is((busy as RemoteInputError).status, 503);
  t.is(server.requests.length, hasty.triesMax);

  server.requests.length = 0;
  server.fault = (request) => !!request.socket.destroy();
  const silent = open(found);
  const gone = await t.throwsAsync(silent.read(0, 100), { instanceOf: RemoteInputError });
  t.is((gone as RemoteInputError).reason, 'unreachable');
  // What was given up isn't tried again with each of its ranges.
  const asked = server.requests.length;
  t.is(await t.throwsAsync(silent.read(100, 200)), gone);
  t.is(server.requests.length, asked);
});

test('a server that says "at once" is asked at once one time, and with growing pauses from then on', (t) => {
  t.is(pauseAfter(1, 0, defaultPatience), 0);
  t.is(pauseAfter(1, 5000, defaultPatience), 5000);
  t.is(pauseAfter(3, 3_600_000, defaultPatience), defaultPatience.pauseMsMax);
  for (let failures = 2; failures < defaultPatience.triesMax; failures++) {
    const longest = Math.min(defaultPatience.pauseMsMax, defaultPatience.pauseMs * 2 ** (failures - 1));
    for (const afterMs of [0, undefined]) {
      const pause = pauseAfter(failures, afterMs, defaultPatience);
      t.true(pause >= longest / 2 && pause <= longest, `${pause} after ${failures}`);
    }
    t.is(pauseAfter(failures, 15_000, defaultPatience), 15_000);
  }
});

test('a file that is another one meanwhile is an error, whatever tells it', async (t) => {
  const modified = 'Sat, 28 Nov 2026 12:00:00 GMT';
  const other = Buffer.from(bytes).fill(1, 40_000);
  const cases: [ServedFile, Partial<ServedFile>][] = [
    [{ bytes }, { bytes: other }],
    [
      { bytes, etag: null, modified },
      { bytes: other, modified: 'Sat, 28 Nov 2026 12:00:01 GMT' },
    ],
    [{ bytes, etag: 'W/"1"' }, { etag: 'W/"2"' }],
    [{ bytes, etag: null }, { bytes: bytes.subarray(1) }],
    [{ bytes, etag: null }, { bytes: bytes.subarray(0, 100) }],
    [
      { bytes, etag: null },
      { bytes: bytes.subarray(1), ranges: false },
    ],
    [{ bytes, ranges: false }, { bytes: other }],
  ];
  for (const [before, after] of cases) {
    const { file, served } = await opened(t, { ...before });
    Object.assign(served, after);
    const error = await t.throwsAsync(whole(file.pieces(before.ranges === false ? 0 : 30_000)), {
      instanceOf: RemoteInputError,
    });
    t.is((error as RemoteInputError).reason, 'changed', JSON.stringify(after.etag ?? after.bytes?.length));
  }
});

test('a change between two tries isn’t missed', async (t) => {
  const served: ServedFile = { bytes };
  const { server, file } = await opened(t, served);
  server.fault = (request, response, number) => {
    if (number > 1) return false;
    cutAfter(served, 5000)(request, response, number);
    server.files.set('/a', { bytes: Buffer.from(bytes).fill(0) });
    return true;
  };
  const error = await t.throwsAsync(whole(file.pieces()), { instanceOf: RemoteInputError });
  t.is((error as RemoteInputError).reason, 'changed');
});

test('a server that gives no ranges any more, or others, is no reason to count something twice', async (t) => {
  const { file, served, found } = await opened(t, { bytes });
  served.ranges = false;
  await t.throwsAsync(file.read(10, 20), { message: 'the server has stopped giving ranges' });
  const server = await fileServer(t, {}, (request, response) => {
    if (request.headers.range === 'bytes=0-0') return false;
    response.writeHead(206, { 'content-range': 'bytes 0-9/50000', etag: etagOf({ bytes })! });
    return !!response.end(bytes.subarray(0, 10));
  });
  const odd = open({ ...found, path: `${server.url}/a` });
  await t.throwsAsync(odd.read(10, 20), { message: 'the server gave another range than it was asked for' });
});

test('silence ends a connection, and an abort ends everything at once', async (t) => {
  const controller = new AbortController();
  const { server, file, found } = await opened(t, { bytes }, controller.signal);
  const impatient = new RemoteFile(found.path, found.bytes, found.remote!, {
    patience: { ...hasty, triesMax: 2, idleMs: 50 },
  });
  server.fault = (_, response) => {
    response.writeHead(206, { 'content-range': 'bytes 0-9/50000' }).flushHeaders();
    return true;
  };
  const error = await t.throwsAsync(impatient.read(0, 10), { instanceOf: RemoteInputError });
  t.is((error as RemoteInputError).reason, 'unreachable');
  const reading = file.read(0, 10);
  controller.abort(new Error('enough'));
  await t.throwsAsync(reading, { message: 'enough' });
  await t.throwsAsync(file.read(0, 10), { message: 'enough' });
});
