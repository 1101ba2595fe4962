// Objects of S3 and of what speaks like it: where they are, requests signed by the package aws4fetch, and what is said
// where there is a refusal.
import type { IncomingHttpHeaders } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import { InputError } from '../problem.ts';
import { RemoteInputError } from './errors.ts';
import type { Asked } from './request.ts';
import type { Target } from './target.ts';

interface Address {
  readonly bucket: string;
  /** As it is: not percent-encoded. */
  readonly key: string;
}

/** @throws RemoteInputError where it is none */
export function addressOf(path: string): Address {
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

export function targetAt(url: URL): Target {
  return {
    ask: (headers) => signed(url, headers),
    explain,
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

export function urlOf(bucket: string, encodedKey: string): URL {
  const { region, endpoint } = settings();
  if (endpoint !== undefined) {
    // Of localhost:9000, "localhost:" would be the protocol.
    if (!/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) {
      throw new InputError(
        `AWS_ENDPOINT_URL is no web address, such as http://localhost:9000: ${JSON.stringify(endpoint)}`,
      );
    }
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

function explain(status: number, body: string, headers: IncomingHttpHeaders): string | undefined {
  const code = textOf(body, 'Code');
  const message = textOf(body, 'Message');
  const said = [code, message].filter((part) => part !== undefined).join(': ');
  // A bucket that is somewhere else is said to be so with the region in a header alone.
  const region = textOf(body, 'Region') ?? headers['x-amz-bucket-region'];
  const advice = [
    ...(said === '' ? [] : [said]),
    ...(region !== undefined && (status === 301 || status === 400) ? [`set AWS_REGION to ${region}`] : []),
    ...(status === 403 && settings().credentials === undefined
      ? ['set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY']
      : []),
  ];
  return advice.length === 0 ? undefined : advice.join('; ');
}

/** What stands in the first element of a name. The answers of S3 have neither attributes nor CDATA there. */
export function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replace(/&(lt|gt|quot|apos|amp|#\d+|#x[0-9a-f]+);/gi, (whole, entity: string) => {
    const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
    if (!entity.startsWith('#')) return named[entity.toLowerCase()] ?? whole;
    const hex = entity[1] === 'x' || entity[1] === 'X';
    return String.fromCodePoint(Number.parseInt(entity.slice(hex ? 2 : 1), hex ? 16 : 10));
  });
}
