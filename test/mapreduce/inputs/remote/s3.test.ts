// Objects of S3, on a server that checks their signatures: found, listed, read, and refused.
import test from 'ava';
import { countWords, findInputs } from '../../../../actors/mapreduce/index.ts';
import { RemoteInputError } from '../../../../actors/mapreduce/inputs/remote/errors.ts';
import { objectTarget } from '../../../../actors/mapreduce/inputs/remote/s3.ts';
import { systemFor } from '../../../fixtures/systems.ts';
import { gzip } from '../compressed.ts';
import { environmentOf, s3Server, useEnvironment } from './s3Server.ts';
import { cutAfter } from './server.ts';

// The environment is the process's.
const serial = test.serial;

const odd = "dir/a b+c%20(d)'!*&=~é\u{1f600}.txt";

serial(
  'objects below a prefix are listed page by page, in order, without those that stand for directories',
  async (t) => {
    const server = await s3Server(t, {
      'bucket/dir/': '',
      'bucket/dir/b.txt': 'b',
      'bucket/dir/a.txt': 'a',
      'bucket/dir/deeper/c.txt': 'ccc',
      [`bucket/${odd}`]: 'odd',
      'bucket/other': 'o',
      'other/dir/x': 'x',
    });
    useEnvironment(t, environmentOf(server));
    const below = await findInputs(['s3://bucket/dir/']);
    t.deepEqual(below.problems, []);
    t.deepEqual(
      below.files.map(({ path, bytes }) => [path, bytes]),
      [
        [`s3://bucket/${odd}`, 3],
        ['s3://bucket/dir/a.txt', 1],
        ['s3://bucket/dir/b.txt', 1],
        ['s3://bucket/dir/deeper/c.txt', 3],
      ],
    );
    t.is(server.requests.length, 3);
    // One object, a whole bucket, and what is left of it.
    const { files } = await findInputs(['s3://bucket/dir/b.txt', 's3://bucket'], {
      exclude: ['deeper', '*!*'],
    });
    t.deepEqual(
      files.map(({ path }) => path),
      ['s3://bucket/dir/b.txt', 's3://bucket/dir/a.txt', 's3://bucket/other'],
    );
    // What a list says of a version is what an object says.
    const [alone] = (await findInputs(['s3://bucket/dir/a.txt'])).files;
    t.is(alone!.remote!.etag, below.files[1]!.remote!.etag);
  },
);

serial('objects are counted on threads, in signed ranges, whatever is in their keys', async (t) => {
  const text = Array.from({ length: 9000 }, (_, i) => `w${i % 101}`).join(' ');
  const server = await s3Server(t, {
    'bucket/dir/a.txt': text,
    'bucket/dir/b.gz': { bytes: gzip(text) },
    [`bucket/${odd}`]: 'odd odd',
  });
  useEnvironment(t, environmentOf(server));
  const { files } = await findInputs(['s3://bucket/dir/']);
  server.fault = (request, response, number) => {
    if (number % 4 === 0) return !!response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
    const file = server.files.get(decodeURIComponent(request.url!))!;
    return number % 4 === 2 && cutAfter(file, 3000)(request, response, number);
  };
  const system = await systemFor(t, { threads: 2 });
  const result = await countWords(system, { files, rangeBytes: 8000, top: 'all' }).result;
  t.deepEqual(result.failed, []);
  t.deepEqual([result.words, result.distinct, result.files], [18_002, 102, 3]);
  t.true(server.requests.filter(({ path }) => path.endsWith('a.txt')).length >= 5);
});

serial(
  'an object that is another one meanwhile isn’t counted in part as the one and in part as the other',
  async (t) => {
    const text = 'before '.repeat(5000);
    const server = await s3Server(t, { 'bucket/a.txt': text });
    useEnvironment(t, environmentOf(server));
    const { files } = await findInputs(['s3://bucket/a.txt']);
    server.fault = ({ headers: { range } }) => {
      if (range !== 'bytes=0-8191')
        server.files.set('/bucket/a.txt', { bytes: Buffer.from(text.replaceAll('e', 'x')) });
      return false;
    };
    const system = await systemFor(t, { threads: 1 });
    const result = await countWords(system, { files, rangeBytes: 10_000 }).result;
    t.regex(result.failed[0]!.error.message, /has changed/);
  },
);

serial('without credentials public objects are read, and others not', async (t) => {
  const server = await s3Server(t, { 'bucket/a.txt': 'a' });
  useEnvironment(t, { AWS_ENDPOINT_URL_S3: server.url });
  const refused = await findInputs(['s3://bucket/a.txt']);
  t.regex(
    refused.problems[0]!.error.message,
    /refuses access \(403 AccessDenied: a & b; set AWS_ACCESS_KEY_ID/,
  );
  server.isPublic = true;
  t.is((await findInputs(['s3://bucket/a.txt'])).files[0]?.bytes, 1);
  t.is((await findInputs(['s3://bucket/'])).files[0]?.bytes, 1);
});

serial('what S3 says is told', async (t) => {
  const server = await s3Server(t, { 'bucket/a.txt': 'a' });
  const right = environmentOf(server);
  const messages = async (names: string[], variables: Record<string, string>): Promise<string[]> => {
    useEnvironment(t, { ...right, ...variables });
    const { problems } = await findInputs(names);
    t.true(problems.every(({ error }) => error instanceof RemoteInputError));
    return problems.map(({ error }) => error.message);
  };
  t.deepEqual(
    await messages(
      [
        's3://bucket/b.txt',
        's3://none/b.txt',
        's3://none/',
        's3://bucket/none/',
        's3://b',
        's3://bucket/a/../b',
      ],
      {},
    ),
    [
      'there is no such file (404 NoSuchKey: The specified key does not exist.)',
      'there is no such file (404 NoSuchBucket: The specified bucket does not exist)',
      'there is no such file (404 NoSuchBucket: The specified bucket does not exist)',
      'nothing lies below it',
      'is no address of S3: it is written s3://bucket/key',
      'has a part . or .. in its key, which addresses of the web lose',
    ],
  );
  const wrong = async (variables: Record<string, string>) =>
    (await messages(['s3://bucket/a.txt'], variables))[0];
  t.is(
    await wrong({ AWS_SECRET_ACCESS_KEY: 'wrong' }),
    'the server refuses access (403 SignatureDoesNotMatch: a & b)',
  );
  t.is(
    await wrong({ AWS_SESSION_TOKEN: 'wrong' }),
    'the server refuses access (403 InvalidAccessKeyId: a & b)',
  );
  t.is(
    await wrong({ AWS_REGION: 'us-east-1' }),
    'the server refuses (400 AuthorizationHeaderMalformed: a & b; set AWS_REGION to eu-test-7)',
  );
});

/** A page of a list, of objects `key` with three bytes each. */
function page(keys: readonly string[], about = ''): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>3</Size></Contents>`);
  return `<?xml version="1.0"?><ListBucketResult xmlns="s3">${about}${contents.join('')}</ListBucketResult>`;
}

serial('a list that isn’t whole is never taken for one', async (t) => {
  const server = await s3Server(t, { 'bucket/a.txt': 'a' });
  useEnvironment(t, environmentOf(server));
  const found = async (answers: (string | number)[]): Promise<string> => {
    const first = server.requests.length;
    server.fault = (_, response, number) => {
      const answer = answers[Math.min(number - first, answers.length) - 1]!;
      if (typeof answer === 'number') {
        response
          .writeHead(answer, { 'x-amz-bucket-region': 'eu-west-1' })
          .end('<Code>PermanentRedirect</Code>');
        return true;
      }
      // Without its length: only the end of the connection ends it.
      response.useChunkedEncodingByDefault = false;
      response.removeHeader('transfer-encoding');
      response.shouldKeepAlive = false;
      response.end(answer);
      return true;
    };
    const { files, problems } = await findInputs(['s3://bucket/']);
    return problems[0]?.error.message ?? files.map(({ path }) => path).join(' ');
  };
  const truncated = '<IsTruncated>true</IsTruncated>';
  const token = '<NextContinuationToken>t</NextContinuationToken>';
  t.is(
    await found([page(['a'], truncated + token), page(['b'], '<IsTruncated>false</IsTruncated>')]),
    's3://bucket/a s3://bucket/b',
  );
  // As the first version of lists has it, and a server that gives the same page again.
  t.regex(await found([page(['a'], truncated)]), /lists a part of the objects, and says not how to go on/);
  t.regex(await found([page(['a'], truncated + token)]), /lists a part of the objects/);
  // Closed in the middle, and whole at the next try.
  t.is(await found([page(['a', 'b']).slice(0, 120), page(['a', 'b'])]), 's3://bucket/a s3://bucket/b');
  t.regex(await found(['<html>who are you?</html>']), /gave no list of objects.*AWS_ENDPOINT_URL/);
  t.is(await found([301]), 'the server refuses (301 PermanentRedirect; set AWS_REGION to eu-west-1)');
});

serial('keys of a list are percent-encoded only where it says so', async (t) => {
  const server = await s3Server(t, { 'bucket/a.txt': 'a' });
  useEnvironment(t, environmentOf(server));
  const found = async (about: string, keys: string[]): Promise<string[]> => {
    server.fault = (_, response) => !!response.end(page(keys, about));
    const { files, problems } = await findInputs(['s3://bucket/']);
    return [...files.map(({ path }) => path), ...problems.map(({ error }) => error.message)];
  };
  const keys = ['a+b', 'a%20b', 'c&amp;d'];
  t.deepEqual(
    await found('', [...keys, '50%']),
    ['a+b', 'a%20b', 'c&d', '50%'].map((key) => `s3://bucket/${key}`),
  );
  t.deepEqual(await found('<EncodingType>url</EncodingType>', ['a+c', '%C3%A9']), [
    's3://bucket/a c',
    's3://bucket/é',
  ]);
  t.deepEqual(await found('<EncodingType>url</EncodingType>', ['%C3']), [
    'the list has a key that is no UTF-8: %C3',
  ]);
});

serial('an endpoint without a protocol is refused', async (t) => {
  for (const AWS_ENDPOINT_URL of ['localhost:9000', 'ftp://localhost', 'http://']) {
    useEnvironment(t, { AWS_ENDPOINT_URL });
    const { problems } = await findInputs(['s3://bucket/a', 's3://bucket/']);
    t.deepEqual(
      problems.map(({ error }) => error.message.replace(/: "\S+"$/, '')),
      Array(2).fill('AWS_ENDPOINT_URL is no web address, such as http://localhost:9000'),
    );
  }
});

serial('addresses at Amazon have the bucket in their name, unless it has dots', async (t) => {
  const url = async (path: string) => (await objectTarget(path).ask({})).url.href;
  useEnvironment(t, {});
  t.is(await url('s3://bucket/a b'), 'https://bucket.s3.us-east-1.amazonaws.com/a%20b');
  useEnvironment(t, { AWS_DEFAULT_REGION: 'eu-west-1' });
  t.is(await url('s3://my.bucket/a'), 'https://s3.eu-west-1.amazonaws.com/my.bucket/a');
  useEnvironment(t, { AWS_DEFAULT_REGION: 'eu-west-1', AWS_REGION: 'cn-north-1' });
  t.is(await url('s3://bucket/a'), 'https://bucket.s3.cn-north-1.amazonaws.com.cn/a');
  useEnvironment(t, {
    AWS_ENDPOINT_URL: 'http://minio:9000/',
    AWS_ENDPOINT_URL_S3: 'https://s3.example/base',
  });
  t.is(await url('s3://bucket/a'), 'https://s3.example/base/bucket/a');
});
