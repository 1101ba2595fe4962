// One GET: Node's own client, which gives the bytes as they are sent. (`fetch` unpacks what a server has compressed, and
// ranges count compressed bytes.)
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { PassingError, RemoteInputError } from './errors.ts';

export interface Asked {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

export interface GetOptions {
  /** Without a byte for so long, the connection is given up. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
}

const redirectsMax = 10;

/**
 * Asks, and follows where the answer leads to. The body is to be read to its end, or destroyed.
 *
 * @throws PassingError when the connection breaks; RemoteInputError where there is no server or no end of redirections;
 *   the signal's reason
 */
export async function get(asked: Asked, options: GetOptions): Promise<IncomingMessage> {
  let { url } = asked;
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const answer = await getOnce({ url, headers: asked.headers }, options);
    const { location } = answer.headers;
    if (!isRedirect(answer.statusCode) || location === undefined) return answer;
    answer.resume();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined || !/^https?:$/.test(next.protocol)) {
      throw new RemoteInputError('refused', `the server leads on to what is no web address: ${location}`);
    }
    // What was signed for one server is nothing for another.
    if (asked.headers.authorization !== undefined) {
      throw new RemoteInputError('refused', `the server leads on to another one (${next.host})`);
    }
    url = next;
  }
  throw new RemoteInputError('refused', `the server leads on more than ${redirectsMax} times`);
}

function isRedirect(status = 0): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function getOnce({ url, headers }: Asked, { idleMs, signal }: GetOptions): Promise<IncomingMessage> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const given = { headers, timeout: idleMs, ...(signal && { signal }) };
    const sent = url.protocol === 'https:' ? requestHttps(url, given) : requestHttp(url, given);
    let answer: IncomingMessage | undefined;
    sent.on('timeout', () => {
      const silence = Object.assign(new Error(`no byte came for ${idleMs / 1000} s`), { code: 'ETIMEDOUT' });
      (answer ?? sent).destroy(silence);
    });
    sent.on('response', (response) => {
      answer = response;
      resolve(response);
    });
    // Also after the answer has begun: whoever reads it then gets the error, and this does nothing.
    sent.on('error', (error) => reject(signal?.aborted ? signal.reason : brokenOff(error)));
    sent.end();
  });
}

/** Names that aren't there, and certificates that don't hold, are so for good. */
const lasting = /^(ENOTFOUND|EPROTO|EACCES|CERT_|ERR_TLS|ERR_SSL|ERR_INVALID|DEPTH_|SELF_SIGNED|UNABLE_TO)/;

const untrusted = /^(CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/;

/** What a failed connection means. */
export function brokenOff(cause: unknown): PassingError | RemoteInputError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const advice = untrusted.test(code) ? '; NODE_EXTRA_CA_CERTS names a file of certificates to trust' : '';
  const said = `the connection failed (${message || code}${advice})`;
  const failure = new RemoteInputError('unreachable', said, { cause });
  return lasting.test(code) ? failure : new PassingError(failure);
}
