// The list of what lies below a prefix of S3 (ListObjectsV2). Apart from single objects, which need none.
import type { InputFile } from '../find.ts';
import { askFor, bodyOf } from './answers.ts';
import { PassingError, RemoteInputError } from './errors.ts';
import type { RemoteOptions } from './remoteFile.ts';
import { addressOf, targetAt, textOf, urlOf } from './s3.ts';
import { defaultPatience, type Patience, Tries } from './tries.ts';

/**
 * The objects whose keys begin with a prefix, in the order of their keys' UTF-8 bytes (ListObjectsV2, page by page).
 * Those that stand for directories are left out.
 *
 * @throws RemoteInputError, also where there is none and where the list isn't whole; the signal's reason
 */
export async function listObjects(
  path: string,
  { signal, patience = defaultPatience }: RemoteOptions = {},
): Promise<InputFile[]> {
  const { bucket, key: prefix } = addressOf(path);
  const files: InputFile[] = [];
  let token: string | undefined;
  do {
    const page = await pageOf(listUrl(bucket, prefix, token), patience, signal);
    for (const { key, bytes, etag } of objectsIn(page)) {
      if (key.endsWith('/')) continue;
      files.push({ path: `s3://${bucket}/${key}`, bytes, remote: { ranges: true, sized: true, etag } });
    }
    token = nextOf(page, token);
  } while (token !== undefined);
  if (files.length === 0) throw new RemoteInputError('not-found', 'nothing lies below it');
  return files;
}

function listUrl(bucket: string, prefix: string, token: string | undefined): URL {
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
  return url;
}

async function pageOf(url: URL, patience: Patience, signal: AbortSignal | undefined): Promise<string> {
  const target = targetAt(url);
  const tries = new Tries(patience, signal);
  for (;;) {
    try {
      const answer = await askFor(target, {}, { idleMs: patience.idleMs, signal });
      const pieces: Uint8Array[] = [];
      for await (const piece of bodyOf(answer, signal)) pieces.push(piece);
      const page = Buffer.concat(pieces).toString();
      checkWhole(page);
      return page;
    } catch (error) {
      await tries.again(error);
    }
  }
}

/** An answer of no said length looks whole wherever its connection was closed. */
function checkWhole(page: string): void {
  if (/<\/ListBucketResult\s*>\s*$/.test(page)) return;
  if (/<ListBucketResult[\s>]/.test(page)) {
    throw new PassingError(new RemoteInputError('unreachable', 'the list of objects broke off'));
  }
  throw new RemoteInputError(
    'refused',
    'the server gave no list of objects: is it one of S3, and AWS_ENDPOINT_URL its address?',
  );
}

/** Where the next page begins; undefined after the last one. */
function nextOf(page: string, token: string | undefined): string | undefined {
  if (textOf(page, 'IsTruncated') !== 'true') return undefined;
  const next = textOf(page, 'NextContinuationToken');
  // Old servers know but the first version of lists, and would give the first page for ever.
  if (next === undefined || next === '' || next === token) {
    throw new RemoteInputError(
      'refused',
      'the server lists a part of the objects, and says not how to go on (ListObjectsV2): name objects, or shorter prefixes',
    );
  }
  return next;
}

interface Listed {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string | undefined;
}

function objectsIn(page: string): Listed[] {
  const isEncoded = textOf(page, 'EncodingType') === 'url';
  return [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => {
    const key = textOf(entry, 'Key') ?? '';
    return {
      key: isEncoded ? decoded(key) : key,
      bytes: Number(textOf(entry, 'Size')),
      etag: textOf(entry, 'ETag'),
    };
  });
}

/** Percent-encoded, as was asked for, so that any key can be written in XML. Spaces come as + from some. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', '%20'));
  } catch {
    throw new RemoteInputError('refused', `the list has a key that is no UTF-8: ${key}`);
  }
}
