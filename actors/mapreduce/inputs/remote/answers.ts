// What an answer means: bytes of the version that was asked for, or one of several ways of saying no.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RemoteInput } from './address.ts';
import { PassingError, RemoteInputError } from './errors.ts';
import { brokenOff, type GetOptions, get } from './request.ts';
import type { Target } from './target.ts';

/** Statuses after which another try may succeed. */
const passing = [408, 425, 429, 500, 502, 503, 504];

const explanationBytesMax = 4096;

/** A range as an answer gives it: `bytes 0-99/1234`. */
interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly total: number | undefined;
}

/**
 * Asks for bytes `[start, end)`, or for all where there is no `end`. The answer has status 200, 206 or 416.
 *
 * @throws PassingError, RemoteInputError, the signal's reason
 */
export async function askFor(
  target: Target,
  headers: Readonly<Record<string, string>>,
  options: GetOptions,
): Promise<IncomingMessage> {
  // Bytes as they are: a server that compresses on the fly has no ranges.
  const answer = await get(await target.ask({ 'accept-encoding': 'identity', ...headers }), options);
  const status = answer.statusCode ?? 0;
  if (status === 200 || status === 206 || status === 416) return answer;
  const body = await beginningOf(answer, options.signal);
  const { statusMessage } = answer;
  const said = target.explain(status, body, answer.headers) ?? statusMessage ?? '';
  const failure = failureOf(status, `${status}${said === '' ? '' : ` ${said}`}`);
  if (!passing.includes(status)) throw failure;
  throw new PassingError(failure, retryAfterMs(answer.headers));
}

function failureOf(status: number, said: string): RemoteInputError {
  if (status === 404 || status === 410)
    return new RemoteInputError('not-found', `there is no such file (${said})`, { status });
  if (status === 401 || status === 403)
    return new RemoteInputError('forbidden', `the server refuses access (${said})`, { status });
  if (status === 412) return changed();
  if (passing.includes(status))
    return new RemoteInputError('busy', `the server couldn't answer (${said})`, { status });
  return new RemoteInputError('refused', `the server refuses (${said})`, { status });
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs({ 'retry-after': given }: IncomingHttpHeaders): number | undefined {
  if (given === undefined) return undefined;
  const seconds = Number(given);
  const ms = Number.isNaN(seconds) ? Date.parse(given) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function beginningOf(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
  let text = '';
  try {
    for await (const piece of answer) {
      text += String(piece);
      if (text.length > explanationBytesMax) break;
    }
  } catch {
    // The status says enough.
    signal?.throwIfAborted();
  }
  return text;
}

export function changed(): RemoteInputError {
  return new RemoteInputError('changed', 'has changed while it was read: run it again');
}

/** @throws RemoteInputError when what is sent isn't of the version that was found */
export function checkVersion({ headers }: IncomingMessage, { etag, modified }: RemoteInput): void {
  const isOther =
    etag !== undefined && headers.etag !== undefined
      ? headers.etag !== etag
      : modified !== undefined &&
        headers['last-modified'] !== undefined &&
        headers['last-modified'] !== modified;
  if (isOther) throw changed();
}

export function contentRangeOf({ headers }: IncomingMessage): ContentRange | undefined {
  const found = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (found === null) return undefined;
  const [, first = '0', last = '-1', total] = found;
  return {
    start: Number(first),
    end: Number(last) + 1,
    total: total === '*' ? undefined : Number(total),
  };
}

/** The pieces of a body. @throws PassingError when it breaks off; the signal's reason */
export async function* bodyOf(
  answer: IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await pieces.next();
      } catch (error) {
        throw signal?.aborted ? signal.reason : brokenOff(error);
      }
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!answer.readableEnded) answer.destroy();
  }
}
