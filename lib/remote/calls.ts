// The lender's side of the calls: which are open, what each comes to, and how it is given up.
import type { ActorRef } from '../node/refs.ts';
import { RemoteCallLimitError } from '../protocol/errors.ts';
import type { AskOptions } from '../protocol/ref.ts';
import { type SerializedError, serializeError } from '../wire/errorCodec.ts';
import type { Platform } from '../wire/platform.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';

export type Kind = 'tell' | 'send' | 'ask';

/** What a call comes to. Comlink would carry an error without class, code and cause, so none is thrown. */
export type CallOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SerializedError };

/** What Comlink exposes. `tell`, `send` and `ask` are for those who use nothing but Comlink. */
export interface ExposedRef {
  readonly tell: Readonly<Record<string, (message?: unknown) => boolean>>;
  readonly send: Readonly<Record<string, (message?: unknown) => Promise<void>>>;
  readonly ask: Readonly<Record<string, (message?: unknown, options?: unknown) => Promise<unknown>>>;
  /** @param callId of the caller's choice, to cancel it by */
  call(callId: number, kind: Kind, name: string, message: unknown, timeoutMs: number): Promise<CallOutcome>;
  /** The caller doesn't wait any more. */
  cancel(callId: number): void;
}

export interface CallsOptions {
  readonly callsMax: number;
}

/** As far as errors need one. */
const platform = {
  serialize(value: unknown) {
    structuredClone(value);
    return new Uint8Array();
  },
} as Partial<Platform> as Platform;

type Methods = Readonly<Record<string, (message?: unknown, options?: AskOptions) => unknown>>;

export class Calls {
  readonly api: ExposedRef;
  private readonly ref: { readonly path: string } & Readonly<Record<Kind, Methods>>;
  private readonly entries: ReadonlyMap<string, MessageEntry>;
  private readonly callsMax: number;
  private readonly open = new Map<unknown, AbortController>();

  constructor(ref: ActorRef, entries: readonly MessageEntry[], { callsMax }: CallsOptions) {
    this.ref = ref as never;
    this.entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.callsMax = callsMax;
    this.api = {
      tell: this.methods('tell', (name, message) => this.ref.tell[name]!(message) as boolean),
      send: this.methods(
        'send',
        (name, message) => this.plain('send', name, message, undefined) as Promise<void>,
      ),
      ask: this.methods('ask', (name, message, options) => this.plain('ask', name, message, options)),
      call: (callId, kind, name, message, timeoutMs) => this.call(callId, kind, name, message, timeoutMs),
      cancel: (callId) => this.open.get(callId)?.abort(abandoned()),
    };
  }

  /** Gives up all that is open. */
  abortAll(): void {
    for (const controller of this.open.values()) controller.abort(abandoned());
    this.open.clear();
  }

  /** Without a prototype: a message may have any name. */
  private methods<Result>(
    kind: Kind,
    method: (name: string, message: unknown, options: unknown) => Result,
  ): Readonly<Record<string, (message?: unknown, options?: unknown) => Result>> {
    const named = [...this.entries.values()].filter((entry) => (entry.kind === 'ask') === (kind === 'ask'));
    return Object.assign(
      Object.create(null),
      Object.fromEntries(
        named.map(({ name }) => [
          name,
          (message?: unknown, options?: unknown) => method(name, message, options),
        ]),
      ),
    );
  }

  private async call(
    callId: number,
    kind: Kind,
    name: string,
    message: unknown,
    timeoutMs: number,
  ): Promise<CallOutcome> {
    try {
      return { ok: true, value: await this.run(callId, kind, name, message, timeoutMs) };
    } catch (error) {
      return failure(error);
    }
  }

  /** A call of plain Comlink's; its errors are Comlink's too. */
  private plain(kind: Kind, name: string, message: unknown, options: unknown): Promise<unknown> {
    // An ask that carries nothing takes its options first, as a ref's does.
    const given = this.entries.get(name)?.empty ? (options ?? message) : options;
    return this.run({}, kind, name, message, (given as AskOptions | undefined)?.timeoutMs);
  }

  private async run(
    callId: unknown,
    kind: Kind,
    name: string,
    message: unknown,
    timeoutMs: number | undefined,
  ): Promise<unknown> {
    const entry = this.entries.get(name);
    if (entry === undefined || (entry.kind === 'ask') !== (kind === 'ask')) {
      throw new TypeError(`${this.ref.path} has no ${kind === 'ask' ? 'ask' : 'tell'} '${String(name)}'`);
    }
    if (kind === 'tell') return this.ref.tell[name]!(message);
    if (this.open.has(callId)) throw new TypeError(`call ${String(callId)} is open already`);
    if (this.open.size >= this.callsMax) throw new RemoteCallLimitError(this.ref.path, name, this.callsMax);
    const controller = new AbortController();
    this.open.set(callId, controller);
    try {
      if (kind === 'send') return await this.ref.send[name]!(message);
      const options = { ...(timeoutMs !== undefined && { timeoutMs }), signal: controller.signal };
      return entry.empty
        ? await (this.ref.ask[name] as (options: AskOptions) => unknown)(options)
        : await this.ref.ask[name]!(message, options);
    } finally {
      this.open.delete(callId);
    }
  }
}

/** The outcome of a call that failed. */
export function failure(error: unknown): CallOutcome {
  return { ok: false, error: serializeError(error, platform) };
}

function abandoned(): DOMException {
  return new DOMException('the remote caller has given up', 'AbortError');
}
