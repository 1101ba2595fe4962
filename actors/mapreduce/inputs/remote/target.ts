// From an address to the request for it.
import type { IncomingHttpHeaders } from 'node:http';
import { RemoteInputError } from './errors.ts';
import type { Asked } from './request.ts';

/** Something that can be asked for. */
export interface Target {
  /** With these headers, and whatever it takes to be let in. */
  ask(headers: Readonly<Record<string, string>>): Promise<Asked>;
  /** Of an answer that says no: what it says why. */
  explain(status: number, body: string, headers: IncomingHttpHeaders): string | undefined;
  /** The header that pins a version. S3 heeds `If-Match`; other servers ignore it more often than `If-Range`. */
  readonly pin: 'if-match' | 'if-range';
}

/** @throws RemoteInputError for an address that is none */
export async function targetOf(path: string): Promise<Target> {
  if (/^s3:/i.test(path)) {
    // Signing isn't loaded where nothing is to be signed.
    const { objectTarget } = await import('./s3.ts');
    return objectTarget(path);
  }
  const url = URL.canParse(path) ? new URL(path) : undefined;
  if (url === undefined || url.hostname === '') throw new RemoteInputError('address', 'is no web address');
  if (url.username !== '' || url.password !== '') {
    throw new RemoteInputError(
      'address',
      'has a name or a password in it, which reports would show: give an address that needs none, such as a signed one',
    );
  }
  url.hash = '';
  const ask = async (headers: Readonly<Record<string, string>>): Promise<Asked> => ({ url, headers });
  return { ask, explain: () => undefined, pin: 'if-range' };
}
