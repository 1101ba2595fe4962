// What speaks like S3, for tests: checks signatures (Signature Version 4, with nothing of what makes them), gives objects
// and lists of them, page by page.
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionContext } from 'ava';
import { etagOf, type FileServer, fileServer, type ServedFile, sendFile } from './server.ts';

export const credentials = { key: 'AKIDTEST', secret: 'se/cr+et', token: 'to+ken/==' };
export const region = 'eu-test-7';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
/** As Amazon's documentation of signatures has it: all but letters, digits and - . _ ~. */
const encode = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');

/** What is wrong with a request's signature. */
function wrongWith({ method, url, headers }: IncomingMessage): string | undefined {
  const found = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? '',
  );
  if (found === null) return 'AccessDenied';
  const [, credential = '', signedHeaders = '', signature] = found;
  const [key, date, signedRegion, service, end] = credential.split('/');
  if (key !== credentials.key || headers['x-amz-security-token'] !== credentials.token) {
    return 'InvalidAccessKeyId';
  }
  if (signedRegion !== region) return 'AuthorizationHeaderMalformed';
  const time = String(headers['x-amz-date']);
  const ageMs = Date.now() - Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (!time.startsWith(date!) || !(Math.abs(ageMs) < 900_000)) return 'RequestTimeTooSkewed';
  const signed = signedHeaders.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token']) {
    if (!signed.includes(name)) return `${name} isn't signed`;
  }
  const [path = '', query = ''] = url!.split('?');
  const canonical = [
    method,
    decodeURIComponent(path).split('/').map(encode).join('/'),
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) =>
        pair
          .split('=')
          .map((part) => encode(decodeURIComponent(part)))
          .join('='),
      )
      .sort()
      .join('&'),
    ...signed.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signedHeaders,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = [date, signedRegion, service, end].join('/');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signingKey = [date!, signedRegion, service!, end!].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${credentials.secret}`),
  );
  return hmac(signingKey, toSign).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}

export interface S3Server extends FileServer {
  /** Objects that anyone may read. */
  isPublic: boolean;
  /** How many keys are on a page of a list. */
  pageKeys: number;
}

/** Objects by bucket and key, such as `bucket/dir/a.txt`. */
export async function s3Server(
  t: ExecutionContext,
  objects: Record<string, ServedFile | string>,
): Promise<S3Server> {
  const files = Object.fromEntries(Object.entries(objects).map(([path, file]) => [`/${path}`, file]));
  const server = Object.assign(await fileServer(t, files, handle), { isPublic: false, pageKeys: 2 });
  return server;

  function handle(request: IncomingMessage, response: ServerResponse): boolean {
    const wrong = wrongWith(request);
    const isAllowed = server.isPublic && request.headers.authorization === undefined;
    if (wrong !== undefined && !isAllowed) {
      const about = wrong === 'AuthorizationHeaderMalformed' ? `<Region>${region}</Region>` : '';
      fail(response, about === '' ? 403 : 400, wrong, 'a &amp; b', about);
      return true;
    }
    const url = new URL(request.url!, server.url);
    const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
    if (![...server.files.keys()].some((path) => path.startsWith(`/${bucket}/`))) {
      fail(response, 404, 'NoSuchBucket', 'The specified bucket does not exist');
    } else if (url.searchParams.get('list-type') === '2') {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(listOf(bucket, url.searchParams));
    } else {
      const file = server.files.get(`/${bucket}/${key.join('/')}`);
      if (file === undefined) fail(response, 404, 'NoSuchKey', 'The specified key does not exist.');
      else sendFile(file, request, response);
    }
    return true;
  }

  function listOf(bucket: string, query: URLSearchParams): string {
    const prefix = `/${bucket}/`;
    const keys = [...server.files.keys()]
      .filter((path) => path.startsWith(prefix + (query.get('prefix') ?? '')))
      .map((path) => path.slice(prefix.length))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const start = Number((query.get('continuation-token') ?? 'at+0/=').slice(3, -2));
    const page = keys.slice(start, start + server.pageKeys);
    const isTruncated = start + page.length < keys.length;
    const written = (key: string): string =>
      query.get('encoding-type') === 'url' ? encode(key).replaceAll('%2F', '/').replaceAll('%20', '+') : key;
    return [
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
      query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '',
      `<Name>${bucket}</Name><IsTruncated>${isTruncated}</IsTruncated><KeyCount>${page.length}</KeyCount>`,
      isTruncated ? `<NextContinuationToken>at+${start + page.length}/=</NextContinuationToken>` : '',
      ...page.map((key) => {
        const file = server.files.get(prefix + key)!;
        const etag = etagOf(file)!.replaceAll('"', '&quot;');
        return `<Contents><Key>${written(key)}</Key><ETag>${etag}</ETag>\n<Size>${file.bytes.length}</Size></Contents>`;
      }),
      '</ListBucketResult>',
    ].join('');
  }
}

function fail(response: ServerResponse, status: number, code: string, message: string, about = ''): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${about}</Error>`,
    );
}

/** Sets what stands in the environment for S3, until the test ends. Threads get it with their start. */
export function useEnvironment(t: ExecutionContext, variables: Record<string, string | undefined>): void {
  const names = new Set([
    ...Object.keys(process.env).filter((name) => name.startsWith('AWS_')),
    ...Object.keys(variables),
  ]);
  const before = [...names].map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const name of names) set(name, variables[name]);
  t.teardown(() => {
    for (const [name, value] of before) set(name, value);
  });
}

export function environmentOf(server: FileServer): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.key,
    AWS_SECRET_ACCESS_KEY: credentials.secret,
    AWS_SESSION_TOKEN: credentials.token,
  };
}
