// Lends a ref to a context that isn't part of the system: a browser page, an Electron renderer, another worker.
// Comlink carries the calls; what the other side may say is checked before Comlink sees it, since Comlink follows
// any path through any object, and from a function there is a path to `eval`.
import type * as Comlink from 'comlink';
import { ActorRef } from '../node/refs.ts';
import { InvalidOptionError, UncloneableValueError } from '../protocol/errors.ts';
import type { Ref } from '../protocol/ref.ts';
import { type CallOutcome, Calls, type CallsOptions, failure } from './calls.ts';
import { type Line, openLine, type RemoteEndpoint } from './endpoint.ts';
import { admitted, goodbye, refusalOf } from './wire.ts';

/** Options of {@link exposeRef}. */
export interface ExposeOptions {
  /** Calls that may be open at a time, 1 to 1,000,000; default 10,000. Further ones are refused. */
  callsMax?: number;
  /** Of a window's messages, the origins that are listened to; default: all. Ports and workers have none. */
  origins?: readonly string[];
}

/** A ref that is lent. */
export interface Exposure {
  /** Takes it back: open asks are aborted, and the other side is told. The endpoint itself stays open. */
  close(): void;
}

/** A result as Comlink posts it; ours are outcomes. */
interface Answer {
  readonly value?: Partial<CallOutcome>;
}

const callsMaxMax = 1_000_000;

/**
 * Lets whoever is at the other end of `endpoint` use a ref: with `remoteRef` of `thrum/remote`, which has timeouts,
 * abort signals and whole errors, or with plain Comlink, as `wrap(endpoint).ask.total()`. Messages are validated as
 * anybody's are. When the other side goes, its open asks are aborted; when the system closes, the ref is taken back. An
 * endpoint lends one ref.
 *
 * @throws `InvalidOptionError`, and `TypeError` for what is no endpoint
 * @example
 * ```ts
 * const { port1, port2 } = new MessageChannel();
 * exposeRef(counter, port1);
 * // in the page, renderer or worker that is given port2:
 * const counter = remoteRef<typeof Counter>(port2);
 * await counter.ask.total();
 * ```
 */
export function exposeRef<T>(ref: Ref<T>, endpoint: RemoteEndpoint, options: ExposeOptions = {}): Exposure {
  if (!(ref instanceof ActorRef)) throw new InvalidOptionError('exposeRef takes a ref, as spawn returns it');
  const { callsMax = 10_000, origins } = options;
  if (!Number.isInteger(callsMax) || callsMax < 1 || callsMax > callsMaxMax) {
    throw new InvalidOptionError(`callsMax must be an integer from 1 to ${callsMaxMax}, not ${callsMax}`);
  }
  return new Exposed(ref, endpoint, { callsMax }, origins);
}

class Exposed implements Exposure {
  private readonly calls: Calls;
  private readonly line: Line;
  private readonly names: ReadonlySet<string>;
  private readonly origins: readonly string[] | undefined;
  /** Takes messages once Comlink is loaded. */
  private deliver: ((event: { readonly data: unknown }) => void) | undefined = undefined;
  private early: unknown[] = [];
  private readonly earlyMax: number;
  private open = true;
  private readonly forget: () => void;

  constructor(
    ref: ActorRef,
    endpoint: RemoteEndpoint,
    options: CallsOptions,
    origins: readonly string[] | undefined,
  ) {
    const { entries } = ref.table;
    this.calls = new Calls(ref, entries, options);
    this.names = new Set(entries.map(({ kind, name }) => `${kind} ${name}`));
    this.origins = origins;
    this.earlyMax = options.callsMax;
    this.line = openLine(endpoint, {
      message: (data, origin) => this.take(data, origin),
      closed: () => this.end(),
    });
    this.forget = ref.sender.onClosed(() => this.close());
    void import('comlink').then((comlink) => this.connect(comlink));
  }

  close(): void {
    if (!this.open) return;
    try {
      this.post(goodbye, []);
    } catch {
      // Where the other side was destroyed there is nobody to tell.
    }
    this.end();
    this.line.close();
  }

  private end(): void {
    this.open = false;
    this.forget?.();
    this.early = [];
    this.calls.abortAll();
  }

  private take(data: unknown, origin: string): void {
    if (this.origins !== undefined && origin !== '' && !this.origins.includes(origin)) return;
    const message = admitted(data, this.names);
    if (message === 'ignored') return;
    if (typeof message !== 'object') return this.post(refusalOf(data, message), []);
    if (this.deliver !== undefined) this.deliver({ data: message });
    else if (this.early.length < this.earlyMax) this.early.push(message);
    else this.post(refusalOf(data, 'too many calls before the first was answered'), []);
  }

  private connect(comlink: typeof Comlink): void {
    if (!this.open) return;
    const gate: Comlink.Endpoint = {
      addEventListener: (_type, listener) => {
        this.deliver = listener as never;
      },
      // Comlink stops listening when the other side releases its proxy, or has lost it to garbage collection.
      removeEventListener: () => this.close(),
      postMessage: (message, transfer) => this.answer(message as Answer, transfer ?? []),
    };
    comlink.expose(this.calls.api, gate);
    const early = this.early;
    this.early = [];
    for (const data of early) this.deliver?.({ data });
  }

  /** A reply may hold what can't leave the system: a ref, for one. */
  private answer(message: Answer, transfer: readonly unknown[]): void {
    try {
      this.post(message, transfer);
    } catch (cause) {
      // Plain Comlink has an answer of its own to that.
      if (message.value?.ok !== true) throw cause;
      const error = new UncloneableValueError(
        `the reply can't leave the system: ${(cause as Error).message} (a ref stays within it: lend that one by exposeRef too)`,
        { cause },
      );
      this.post({ ...message, value: failure(error) }, []);
    }
  }

  private post(message: unknown, transfer: readonly unknown[]): void {
    if (this.open) this.line.post(message, transfer);
  }
}
