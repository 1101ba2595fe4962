// From an address to the inputs that it stands for: one file, or all below a prefix of S3.
import type { InputFile } from '../find.ts';
import { InputError } from '../problem.ts';
import { askFor, contentRangeOf } from './answers.ts';
import type { RemoteOptions } from './remoteFile.ts';
import { targetOf } from './target.ts';
import { defaultPatience, Tries } from './tries.ts';

/**
 * What an address stands for. One byte is asked for: the answer tells the size, the version, and whether there are ranges,
 * also where only GET is allowed, as with signed addresses.
 *
 * @throws RemoteInputError, the signal's reason
 */
export async function findRemote(address: string, options: RemoteOptions = {}): Promise<InputFile[]> {
  if (/^s3:/i.test(address)) {
    const { isPrefix } = await import('./s3.ts');
    if (isPrefix(address)) return (await import('./s3List.ts')).listObjects(address, options);
  }
  return [await probe(address, options)];
}

/** So many servers, or prefixes, are asked at the same time. */
const askedMax = 8;

/** What several addresses stand for, in their order; an error where one can't be had. */
export async function findRemotes(
  addresses: readonly string[],
  signal: AbortSignal | undefined,
): Promise<(InputFile[] | Error)[]> {
  const found: (InputFile[] | Error)[] = [];
  let next = 0;
  const ask = async (): Promise<void> => {
    for (let i = next++; i < addresses.length; i = next++) {
      found[i] = await findRemote(addresses[i]!, { signal }).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (!(error instanceof InputError)) throw error;
        return error;
      });
    }
  };
  await Promise.all(Array.from({ length: askedMax }, ask));
  return found;
}

async function probe(
  path: string,
  { signal, patience = defaultPatience }: RemoteOptions,
): Promise<InputFile> {
  const target = await targetOf(path);
  const tries = new Tries(patience, signal);
  for (;;) {
    try {
      const answer = await askFor(target, { range: 'bytes=0-0' }, { idleMs: patience.idleMs, signal });
      const { etag, 'last-modified': modified, 'content-length': length } = answer.headers;
      const version = { etag, modified };
      // The rest of a whole file isn't wanted yet; a single byte costs less than a new connection.
      if (answer.statusCode === 200) answer.destroy();
      else answer.resume();
      const total = contentRangeOf(answer)?.total;
      if (answer.statusCode === 206 && total !== undefined) {
        return { path, bytes: total, remote: { ranges: true, sized: true, ...version } };
      }
      if (answer.statusCode === 416)
        return { path, bytes: 0, remote: { ranges: false, sized: true, ...version } };
      const sized = answer.statusCode === 200 && length !== undefined;
      return { path, bytes: sized ? Number(length) : 0, remote: { ranges: false, sized, ...version } };
    } catch (error) {
      await tries.again(error);
    }
  }
}
