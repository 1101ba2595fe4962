// A remote file that is read: in ranges or from its beginning, going on where a connection broke off, always the version
// that was found.
import type { IncomingMessage } from 'node:http';
import type { RemoteInput } from './address.ts';
import { askFor, bodyOf, changed, checkVersion, contentRangeOf } from './answers.ts';
import { PassingError, RemoteInputError } from './errors.ts';
import { brokenOff } from './request.ts';
import { type Target, targetOf } from './target.ts';
import { defaultPatience, type Patience, Tries } from './tries.ts';

export interface RemoteOptions {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Patience;
}

export class RemoteFile {
  readonly path: string;
  readonly bytes: number;
  readonly remote: RemoteInput;
  private readonly signal: AbortSignal | undefined;
  private readonly patience: Patience;
  private target: Promise<Target> | undefined = undefined;
  private begins: Promise<Uint8Array> | undefined = undefined;
  /** What another try of all that was tried in vain would end with. */
  private failure: unknown = undefined;

  constructor(path: string, bytes: number, remote: RemoteInput, options: RemoteOptions = {}) {
    this.path = path;
    this.bytes = bytes;
    this.remote = remote;
    this.signal = options.signal;
    this.patience = options.patience ?? defaultPatience;
  }

  /** The first `bytes` bytes, or all there are; asked for once. */
  head(bytes: number): Promise<Uint8Array> {
    this.begins ??= this.read(0, Math.min(bytes, this.bytes));
    return this.begins;
  }

  /**
   * Bytes `[start, end)` in pieces, all of them. `end` is left out for all there is.
   *
   * @throws RemoteInputError, the signal's reason
   */
  async *pieces(start = 0, end: number | undefined = this.#end()): AsyncGenerator<Uint8Array> {
    if (this.failure !== undefined) throw this.failure;
    const tries = new Tries(this.patience, this.signal);
    for (let at = start; end === undefined || at < end; ) {
      try {
        for await (const piece of this.#from(at, end)) {
          at += piece.length;
          tries.succeed();
          yield piece;
        }
        if (end === undefined) return;
        if (at < end) throw brokenOff(new Error(`the answer ended ${end - at} bytes too early`));
      } catch (error) {
        await tries.again(error).catch((last: unknown) => {
          this.failure = last;
          throw last;
        });
      }
    }
  }

  /** Bytes `[start, end)` in one array. `onRead` is told how many came each time, and waited for. */
  async read(
    start: number,
    end: number,
    onRead?: (bytes: number) => Promise<void> | undefined,
  ): Promise<Uint8Array> {
    const whole = new Uint8Array(end - start);
    let have = 0;
    for await (const piece of this.pieces(start, end)) {
      whole.set(piece, have);
      have += piece.length;
      const told = onRead?.(piece.length);
      if (told !== undefined) await told;
    }
    return whole;
  }

  #end(): number | undefined {
    return this.remote.sized ? this.bytes : undefined;
  }

  /** One try, from `at` on. */
  async *#from(at: number, end: number | undefined): AsyncGenerator<Uint8Array> {
    const answer = await this.#ask(at, end);
    // Without ranges everything comes again from the beginning.
    let passedOver = answer.statusCode === 206 ? at : 0;
    for await (const piece of bodyOf(answer, this.signal)) {
      const from = Math.min(piece.length, at - passedOver);
      passedOver += from;
      const left = end === undefined ? piece.length : end - at;
      const fresh = piece.subarray(from, Math.min(piece.length, from + left));
      if (fresh.length === 0) continue;
      at += fresh.length;
      passedOver += fresh.length;
      yield fresh;
    }
  }

  async #ask(at: number, end: number | undefined): Promise<IncomingMessage> {
    const { remote, signal } = this;
    this.target ??= targetOf(this.path);
    const target = await this.target;
    const asksRange = remote.ranges && end !== undefined;
    if (at > 0 && !asksRange && remote.etag === undefined && remote.modified === undefined) {
      throw new RemoteInputError(
        'unreachable',
        'the connection broke off, and the server gives neither ranges nor versions to go on with',
      );
    }
    const answer = await askFor(
      target,
      { ...(asksRange && { range: `bytes=${at}-${end - 1}` }), ...this.#pin(target, asksRange) },
      { idleMs: this.patience.idleMs, signal },
    );
    try {
      this.#check(answer, at, end, asksRange);
      return answer;
    } catch (error) {
      answer.destroy();
      throw error;
    }
  }

  /** A weak entity tag, or a date, is no condition for `If-Match`; a weak tag is none for `If-Range`. */
  #pin({ pin }: Target, asksRange: boolean): Record<string, string> {
    const { etag, modified } = this.remote;
    const strong = etag?.startsWith('W/') ? undefined : etag;
    if (pin === 'if-match') return strong === undefined ? {} : { 'if-match': strong };
    const version = strong ?? (etag === undefined ? modified : undefined);
    return asksRange && version !== undefined ? { 'if-range': version } : {};
  }

  #check(answer: IncomingMessage, at: number, end: number | undefined, asksRange: boolean): void {
    checkVersion(answer, this.remote);
    if (!asksRange) {
      if (answer.statusCode === 200) return;
      throw new RemoteInputError('refused', `the server answered ${answer.statusCode} to a plain request`);
    }
    // It has become shorter than what is asked for.
    if (answer.statusCode === 416) throw changed();
    const range = contentRangeOf(answer);
    if (answer.statusCode === 200) {
      const { 'content-length': length } = answer.headers;
      if (length !== undefined && Number(length) !== this.bytes) throw changed();
      // One of several servers may not know how: another try may meet one that does.
      const failure = new RemoteInputError('refused', 'the server has stopped giving ranges');
      throw new PassingError(failure);
    }
    if (range?.total !== undefined && range.total !== this.bytes) throw changed();
    if (range === undefined || range.start !== at || range.end > end!) {
      throw new RemoteInputError('refused', 'the server gave another range than it was asked for');
    }
  }
}
