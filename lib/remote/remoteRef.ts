// The foreign side of a lent ref: what a browser page, an Electron renderer or another worker calls. Nothing here, or
// in what it imports, needs Node.js or zod.
import * as comlink from 'comlink';
import type * as z from 'zod';
import {
  AskTimeoutError,
  type ErrorClass,
  InvalidOptionError,
  RemoteClosedError,
  UncloneableValueError,
} from '../protocol/errors.ts';
import type { Ask, Tell } from '../protocol/message.ts';
import type { ProtocolOf } from '../protocol/ref.ts';
import { reviveError } from '../wire/errorCodec.ts';
import type { ExposedRef, Kind } from './calls.ts';
import { type Line, openLine, type RemoteEndpoint } from './endpoint.ts';
import { isGoodbye } from './wire.ts';

/** Options of one call of a remote ref. */
export interface RemoteCallOptions {
  /** Milliseconds until it rejects with `AskTimeoutError`, this side's wait included; `Infinity` for never. */
  timeoutMs?: number;
  /** Rejects the call with the signal's reason, and aborts the handler's `ctx.signal`. */
  signal?: AbortSignal;
  /** Buffers and ports in the message that are given away rather than copied. */
  transfer?: readonly unknown[];
}

/** Options of {@link remoteRef}. */
export interface RemoteRefOptions {
  /** Default of each call's `timeoutMs`; 5,000. */
  timeoutMs?: number;
  /** Error classes of the app's own that its handlers throw, to be caught with `instanceof` here too. */
  errors?: readonly ErrorClass[];
}

type RemoteArguments<Schema> =
  undefined extends z.input<Schema>
    ? [message?: z.input<Schema>, options?: RemoteCallOptions]
    : [message: z.input<Schema>, options?: RemoteCallOptions];

type RemoteTells<P, Result> = {
  readonly [Name in keyof P as P[Name] extends Tell ? Name : never]: P[Name] extends Tell<infer Schema>
    ? (...message: RemoteArguments<Schema>) => Promise<Result>
    : never;
};

type RemoteAsks<P> = {
  readonly [Name in keyof P as P[Name] extends Ask ? Name : never]: P[Name] extends Ask<
    infer Schema,
    infer Reply
  >
    ? (...message: RemoteArguments<Schema>) => Promise<z.output<Reply>>
    : never;
};

/** A ref of another context's system. All is checked and done there, so every call returns a promise. */
export interface RemoteRef<T> {
  /** `false`: the target pushes back, and nothing was sent. */
  readonly tell: RemoteTells<ProtocolOf<T>, boolean>;
  /** Waits until the target takes it. */
  readonly send: RemoteTells<ProtocolOf<T>, void>;
  /** A message that carries nothing is asked as `ask.total(undefined, options)`. */
  readonly ask: RemoteAsks<ProtocolOf<T>>;
  /** Whether the other side is known to be gone, or `close` was called. */
  readonly closed: boolean;
  /** Gives the ref back; open calls reject with `RemoteClosedError`. Until then a Node process is kept alive. */
  close(): void;
}

/**
 * The ref that the other end of `endpoint` lends with `exposeRef`. Calls reject with what a ref's own reject with:
 * `InvalidMessageError` with zod's issues, the handler's error with class, name, message, code and cause,
 * `AskTimeoutError`, the reason of an aborted signal; and with `RemoteClosedError` when the other side goes.
 *
 * @throws `TypeError` for what is no endpoint
 * @example
 * ```ts
 * import type { Counter } from './counter.ts';
 * const counter = remoteRef<typeof Counter>(port);
 * await counter.send.add(2);
 * await counter.ask.total(undefined, { timeoutMs: 500 });
 * ```
 */
export function remoteRef<T>(endpoint: RemoteEndpoint, options: RemoteRefOptions = {}): RemoteRef<T> {
  const { timeoutMs = 5000, errors = [] } = options;
  const caller = new Caller(endpoint, timeoutMs, errors);
  return {
    tell: methods(caller, 'tell') as RemoteRef<T>['tell'],
    send: methods(caller, 'send') as RemoteRef<T>['send'],
    ask: methods(caller, 'ask') as RemoteRef<T>['ask'],
    get closed() {
      return caller.closed;
    },
    close: () => caller.close(),
  };
}

/** The protocol is known as a type only: every name is a message, and the other side says which aren't. */
function methods(caller: Caller, kind: Kind): object {
  return new Proxy(Object.create(null) as object, {
    get: (_target, name) =>
      typeof name === 'string'
        ? (message?: unknown, options?: RemoteCallOptions) => caller.call(kind, name, message, options)
        : undefined,
  });
}

/** Beyond this a timer of JavaScript's fires at once. */
const timerMsMax = 2 ** 31 - 1;

class Caller {
  closed = false;
  private readonly line: Line;
  private readonly exposed: comlink.Remote<ExposedRef>;
  private readonly timeoutMs: number;
  private readonly errors: readonly ErrorClass[];
  private readonly open = new Map<number, (error: Error) => void>();
  private lastCall = 0;
  /** Comlink's one listener. */
  private deliver: (event: { readonly data: unknown }) => void = () => {};

  constructor(endpoint: RemoteEndpoint, timeoutMs: number, errors: readonly ErrorClass[]) {
    this.timeoutMs = timeoutMs;
    this.errors = errors;
    this.line = openLine(endpoint, {
      message: (data) => {
        if (isGoodbye(data)) this.end('the other side has taken the ref back');
        else this.deliver({ data });
      },
      closed: () => this.end('the other side is gone'),
    });
    this.exposed = comlink.wrap<ExposedRef>({
      addEventListener: (_type, listener) => {
        this.deliver = listener as never;
      },
      removeEventListener: () => {},
      postMessage: (message, transfer) => this.line.post(message, transfer ?? []),
    });
  }

  close(): void {
    if (this.closed) return;
    this.end('it was closed on this side');
    // So that the lender aborts what it still does for us.
    this.exposed[comlink.releaseProxy]();
  }

  private end(why: string): void {
    this.closed = true;
    for (const reject of this.open.values()) reject(new RemoteClosedError(why));
    this.open.clear();
    this.line.close();
  }

  call(kind: Kind, name: string, message: unknown, options: RemoteCallOptions = {}): Promise<unknown> {
    const { signal, timeoutMs = this.timeoutMs, transfer } = options;
    if (this.closed) return Promise.reject(new RemoteClosedError(`'${name}' can't be sent`));
    if (!(timeoutMs > 0)) {
      const text = `timeoutMs must be above 0 (Infinity for never), not ${timeoutMs}`;
      return Promise.reject(new InvalidOptionError(text));
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    const callId = ++this.lastCall;
    return new Promise((resolve, reject) => {
      const giveUp = (error: unknown): void => {
        settle();
        reject(error);
        void this.exposed.cancel(callId).catch(() => {});
      };
      const late = (): void => giveUp(new AskTimeoutError('the other side', name, timeoutMs));
      const timer = timeoutMs <= timerMsMax ? setTimeout(late, timeoutMs) : undefined;
      const abort = (): void => giveUp(signal!.reason);
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.open.delete(callId);
      };
      signal?.addEventListener('abort', abort);
      this.open.set(callId, (error) => {
        settle();
        reject(error);
      });
      this.post(callId, kind, name, message, timeoutMs, transfer).then(
        (value) => {
          settle();
          resolve(value);
        },
        (error) => {
          settle();
          reject(error);
        },
      );
    });
  }

  private async post(
    callId: number,
    kind: Kind,
    name: string,
    message: unknown,
    timeoutMs: number,
    transfer: readonly unknown[] | undefined,
  ): Promise<unknown> {
    if (transfer !== undefined) comlink.transfer(message as object, transfer as never[]);
    const outcome = await this.exposed
      .call(callId, kind, name, message, timeoutMs)
      .catch((error: unknown) => {
        if ((error as { name?: unknown }).name !== 'DataCloneError') throw error;
        throw new UncloneableValueError(
          `'${name}' carries what can't be cloned: ${(error as Error).message}`,
          {
            cause: error,
          },
        );
      });
    if (outcome.ok) return outcome.value;
    throw reviveError(outcome.error, this.errors);
  }
}
