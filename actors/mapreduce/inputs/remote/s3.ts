// Objects of S3 and of what speaks like it: requests signed by the package aws4fetch, and the list of a prefix.
import { AwsV4Signer } from 'aws4fetch';
import type { InputFile } from '../find.ts';
import { InputError } from '../problem.ts';
import { askFor, bodyOf } from './answers.ts';
import { RemoteInputError } from './errors.ts';
import type { RemoteOptions } from './remoteFile.ts';
import type { Asked } from './request.ts';
import type { Target } from './target.ts';
import { defaultPatience, Tries } from './tries.ts';

interface Address {
  readonly bucket: string;
  /** As it is: not percent-encoded. */
  readonly key: string;
}

function addressOf(path: string): Address {
  const found = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(path);
  const [, bucket = '', key = ''] = found ?? [];
  if (!/^[a-z0-9][a-z0-9._-]+$/i.test(bucket)) {
    throw new RemoteInputError('address', 'is no address of S3: it is written s3://bucket/key');
  }
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw new RemoteInputError('address', 'has a part . or .. in its key, which addresses of the web lose');
  }
  return { bucket, key };
}

/** Whether it stands for all objects below it. */
export function isPrefix(path: string): boolean {
  const { key } = addressOf(path);
  return key === '' || key.endsWith('/');
}

export function objectTarget(path: string): Target {
  const { bucket, key } = addressOf(path);
  const url = urlOf(bucket, key.split('/').map(encodeURIComponent).join('/'));
  return targetAt(url);
}

function targetAt(url: URL): Target {
  return {
    ask: (headers) => signed(url, headers),
    explain: (status, body) => explain(status, body),
    pin: 'if-match',
  };
}

/** As Amazon's own tools take them; https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html */
function settings() {
  const { env } = process;
  const accessKeyId = env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY;
  return {
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    endpoint: env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
}

function urlOf(bucket: string, encodedKey: string): URL {
  const { region, endpoint } = settings();
  if (endpoint !== undefined) {
    if (!URL.canParse(endpoint)) throw new InputError(`AWS_ENDPOINT_URL is no web address: ${endpoint}`);
    return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/${encodedKey}`);
  }
  const domain = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  // Certificates are for one name below the domain: with dots in it, a bucket is part of the path.
  return bucket.includes('.')
    ? new URL(`https://${domain}/${bucket}/${encodedKey}`)
    : new URL(`https://${bucket}.${domain}/${encodedKey}`);
}

/** Without credentials nothing is signed, as for public buckets. */
async function signed(url: URL, headers: Readonly<Record<string, string>>): Promise<Asked> {
  const { region, credentials, sessionToken } = settings();
  if (credentials === undefined) return { url, headers };
  const signer = new AwsV4Signer({
    ...credentials,
    ...(sessionToken && { sessionToken }),
    ...{ url: url.href, service: 's3', region, headers: { ...headers } },
  });
  const result = await signer.sign();
  return { url: result.url, headers: Object.fromEntries(result.headers) };
}

function explain(status: number, body: string): string | undefined {
  const code = textOf(body, 'Code');
  const message = textOf(body, 'Message');
  const said = [code, message].filter((part) => part !== undefined).join(': ');
  const region = textOf(body, 'Region');
  const advice = [
    ...(said === '' ? [] : [said]),
    ...(region !== undefined && (status === 301 || status === 400) ? [`set AWS_REGION to ${region}`] : []),
    ...(status === 403 && settings().credentials === undefined
      ? ['set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY']
      : []),
  ];
  return advice.length === 0 ? undefined : advice.join('; ');
}

/**
 * The objects whose keys begin with a prefix, in the order of their keys' UTF-8 bytes (ListObjectsV2, page by page).
 * Those that stand for directories are left out.
 *
 * @throws RemoteInputError, also where there is none; the signal's reason
 */
export async function listObjects(
  path: string,
  { signal, patience = defaultPatience }: RemoteOptions = {},
): Promise<InputFile[]> {
  const { bucket, key: prefix } = addressOf(path);
  const files: InputFile[] = [];
  let token: string | undefined;
  do {
    const url = urlOf(bucket, '');
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token && { 'continuation-token': token }),
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // A space as %20: what is signed has no other way to write it.
    url.search = url.search.replaceAll('+', '%20');
    const page = await pageOf(targetAt(url));
    for (const { key, bytes, etag } of objectsIn(page)) {
      if (key.endsWith('/')) continue;
      files.push({ path: `s3://${bucket}/${key}`, bytes, remote: { ranges: true, sized: true, etag } });
    }
    token = textOf(page, 'IsTruncated') === 'true' ? textOf(page, 'NextContinuationToken') : undefined;
  } while (token !== undefined);
  if (files.length === 0) throw new RemoteInputError('not-found', 'nothing lies below it');
  return files;

  async function pageOf(target: Target): Promise<string> {
    const tries = new Tries(patience, signal);
    for (;;) {
      try {
        const answer = await askFor(target, {}, { idleMs: patience.idleMs, signal });
        const pieces: Uint8Array[] = [];
        for await (const piece of bodyOf(answer, signal)) pieces.push(piece);
        return Buffer.concat(pieces).toString();
      } catch (error) {
        await tries.again(error);
      }
    }
  }
}

function objectsIn(page: string): { key: string; bytes: number; etag: string | undefined }[] {
  return [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
    // Percent-encoded, as was asked for, so that any key can be written in XML. Spaces come as + from some.
    key: decodeURIComponent((textOf(entry, 'Key') ?? '').replaceAll('+', '%20')),
    bytes: Number(textOf(entry, 'Size')),
    etag: textOf(entry, 'ETag'),
  }));
}

/** What stands in the first element of a name. The answers of S3 have neither attributes nor CDATA there. */
function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replace(/&(lt|gt|quot|apos|amp|#\d+|#x[0-9a-f]+);/gi, (whole, entity: string) => {
    const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
    if (!entity.startsWith('#')) return named[entity.toLowerCase()] ?? whole;
    const hex = entity[1] === 'x' || entity[1] === 'X';
    return String.fromCodePoint(Number.parseInt(entity.slice(hex ? 2 : 1), hex ? 16 : 10));
  });
}
