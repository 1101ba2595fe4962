// A probe: a ref of any protocol whose messages come to the test instead of an actor.

import * as z from 'zod';
import { Cell } from '../cell/cell.ts';
import { Kinds } from '../node/kinds.ts';
import type { ActorNode } from '../node/node.ts';
import type { Definition } from '../protocol/actor.ts';
import { InvalidMessageError, InvalidOptionError } from '../protocol/errors.ts';
import type { Ask, Protocol, Tell } from '../protocol/message.ts';
import type { ProtocolOf, Ref } from '../protocol/ref.ts';
import { codecOf } from '../wire/codec.ts';
import { Arrivals } from './arrivals.ts';
import { CallSite, describeMessage, ExpectationError, numbered, show } from './expectation.ts';
import { isSame, matches, type Pattern } from './matching.ts';
import type {
  Arrived,
  AskName,
  ExpectArguments,
  ExpectOptions,
  MessageName,
  Received,
  Reply,
  Sent,
} from './probeTypes.ts';

/** What a probe needs of its system. */
export interface ProbeHome {
  readonly host: ActorNode;
  /** How long expectations wait unless told, in milliseconds of real time. */
  readonly expectWithinMs: number;
  /** Lets everything happen that is ready to; false when it never ends. */
  settle(): Promise<boolean>;
  /** Lets time pass, by whichever clock. */
  pass(ms: number): Promise<void>;
  /** How long {@link Probe.expectNone} waits unless told. */
  readonly noneForMs: number;
  /** What goes on, in lines for a reader. */
  describe(): string;
  /** An expectation has failed: the test has failed with it. */
  failed(): void;
}

/** One message, with the means to answer it where it is an ask. */
interface Entry {
  readonly name: string;
  readonly message: unknown;
  reply?(value: unknown): void;
  fail?(error: Error): void;
}

/**
 * Stands where an actor would: its {@link ref} speaks any protocol, and what is sent to it waits for the test to look
 * at. Made by `system.probe`. It has no part in the system's events, and none of its messages is a dead letter.
 */
export class Probe<T> {
  /** For names in messages of failed expectations. */
  readonly name: string;
  /** What actors under test are given. */
  readonly ref: Ref<T>;
  /** Every message that has come, in order, whether expected or not. */
  readonly received: readonly Received<ProtocolOf<T>>[];
  readonly #entries: Entry[] = [];
  readonly #expected = new WeakSet<Entry>();
  readonly #open = new Set<Entry>();
  readonly #arrivals = new Arrivals<Entry>();
  readonly #answers = new Map<string, (message: unknown) => unknown>();
  readonly #messages: Protocol;
  readonly #home: ProbeHome;

  /** Use `system.probe`. */
  constructor(home: ProbeHome, target: object, name: string) {
    this.#home = home;
    this.name = name;
    this.#messages = messagesOf(target);
    this.received = this.#entries as unknown as readonly Received<ProtocolOf<T>>[];
    this.ref = this.#start() as unknown as Ref<T>;
  }

  #start() {
    const { host } = this.#home;
    const handlers = Object.entries(this.#messages).map(([name, { kind }]) => [
      name,
      kind === 'ask'
        ? (message: unknown) => this.#arriveAsk(name, message)
        : (message: unknown) => this.#arrive({ name, message }),
    ]);
    const definition: Definition<Protocol, z.ZodVoid> = {
      kind: 'thrum/actor',
      name: this.name,
      module: undefined,
      protocol: answeredLater(this.#messages),
      args: z.void(),
      errors: [],
      // An ask that the test lets fail is no failure of the probe.
      supervision: { onFailure: 'resume' },
      strategy: 'one-for-one',
      create: () => Object.fromEntries(handlers),
    };
    const kind = new Kinds(host).of(definition as unknown as Definition, undefined, false);
    const cell = new Cell(kind, host.cells.claim(), undefined, undefined);
    cell.own().name = this.name;
    // Not one of the app's actors: nobody counts it or sees it start and stop.
    host.cells.setInternal(cell);
    cell.start();
    return host.refs.refTo(cell);
  }

  // What comes.

  #arrive(entry: Entry): void {
    this.#entries.push(entry);
    this.#arrivals.add(entry);
  }

  #arriveAsk(name: string, message: unknown): unknown {
    const answer = this.#answers.get(name);
    if (answer !== undefined) {
      const entry = { name, message };
      this.#entries.push(entry);
      this.#expected.add(entry);
      return answer(message);
    }
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        name,
        message,
        reply: (value) => {
          this.#checkReply(name, value);
          this.#open.delete(entry);
          resolve(value);
        },
        fail: (error) => {
          this.#open.delete(entry);
          reject(error);
        },
      };
      this.#open.add(entry);
      this.#arrive(entry);
    });
  }

  // What the test expects.

  /**
   * The next message is `name`, and carries `message`: what its sender would give, so that defaults are filled in. If
   * none has come yet, it is waited for.
   *
   * @throws `ExpectationError` when another message comes first, or none in time
   * @throws `InvalidMessageError` when no such message could be sent
   */
  async expect<Name extends MessageName<ProtocolOf<T>>>(
    name: Name,
    ...rest: ExpectArguments<Sent<ProtocolOf<T>, Name>>
  ): Promise<Received<ProtocolOf<T>, Name>> {
    const site = new CallSite(this.expect);
    const [message, options] = rest as [unknown, ExpectOptions?];
    const expected = this.#parse(name, message);
    const what = describeMessage(name, expected);
    const entry = await this.#next(what, options, site);
    if (entry.name === name && isSame(entry.message, expected)) return entry as never;
    throw this.#mismatch(what, entry, expected, site);
  }

  /**
   * The next message is `name`, and what it carries has what `pattern` names (see `Pattern`), or passes the function.
   *
   * @throws `ExpectationError` when another message comes first, or none in time
   */
  async expectMatching<Name extends MessageName<ProtocolOf<T>>>(
    name: Name,
    pattern: Pattern<Arrived<ProtocolOf<T>, Name>> | ((message: Arrived<ProtocolOf<T>, Name>) => boolean),
    options?: ExpectOptions,
  ): Promise<Received<ProtocolOf<T>, Name>> {
    const site = new CallSite(this.expectMatching);
    this.#message(name);
    const what = `'${name}' matching ${show(pattern)}`;
    const entry = await this.#next(what, options, site);
    const test = pattern as (message: unknown) => boolean;
    const fits = typeof pattern === 'function' ? test(entry.message) : matches(entry.message, pattern);
    if (entry.name === name && fits) return entry as never;
    throw this.#mismatch(what, entry, pattern, site);
  }

  /**
   * The next message, whichever it is.
   *
   * @throws `ExpectationError` when none comes in time
   */
  async next(options?: ExpectOptions): Promise<Received<ProtocolOf<T>>> {
    const site = new CallSite(this.next);
    return (await this.#next('a message', options, site)) as never;
  }

  /**
   * Nothing has come that wasn't expected, and nothing comes: with the manual clock until all has settled, and while
   * the clock moves by `forMs` (default 0); with the real one for `forMs` (default 100).
   *
   * @throws `ExpectationError` with what came
   */
  async expectNone({ forMs = this.#home.noneForMs }: { readonly forMs?: number } = {}): Promise<void> {
    const site = new CallSite(this.expectNone);
    const home = this.#home;
    await home.settle();
    if (forMs > 0 && this.#arrivals.left.length === 0) await home.pass(forMs);
    const [entry] = this.#arrivals.left;
    if (entry === undefined) return;
    const came = describeMessage(entry.name, entry.message);
    throw this.#fail(`probe '${this.name}' expected no message, but ${came} came.`, undefined, entry, site);
  }

  // What the test answers.

  /**
   * Answers the oldest open ask of that name.
   *
   * @throws `ExpectationError` when none is open
   * @throws `InvalidMessageError` for an answer that the protocol doesn't allow
   */
  reply<Name extends AskName<ProtocolOf<T>>>(name: Name, value: Reply<ProtocolOf<T>, Name>): void {
    this.#oldestOpen(name, new CallSite(this.reply)).reply!(value);
  }

  /** Rejects the oldest open ask of that name; as {@link reply}. */
  fail<Name extends AskName<ProtocolOf<T>>>(name: Name, error: Error): void {
    this.#oldestOpen(name, new CallSite(this.fail)).fail!(error);
  }

  /**
   * From now on asks of that name are answered by `answer` as soon as they come; what it throws, their askers get.
   * They needn't be expected, but are among those {@link received}.
   */
  autoReply<Name extends AskName<ProtocolOf<T>>>(
    name: Name,
    answer: (
      message: Arrived<ProtocolOf<T>, Name & MessageName<ProtocolOf<T>>>,
    ) => Reply<ProtocolOf<T>, Name> | Promise<Reply<ProtocolOf<T>, Name>>,
  ): void {
    if (this.#message(name).kind !== 'ask') throw new InvalidOptionError(`'${name}' isn't an ask`);
    this.#answers.set(name, answer as (message: unknown) => unknown);
  }

  #oldestOpen(name: string, site: CallSite): Entry {
    const entry = [...this.#open].find((open) => open.name === name);
    if (entry !== undefined) return entry;
    throw this.#fail(`probe '${this.name}' has no open ask '${name}' to answer.`, name, undefined, site);
  }

  #checkReply(name: string, value: unknown): void {
    const codec = codecOf((this.#messages[name] as Ask).reply, `the reply to '${name}'`);
    const result = codec.check(value);
    if (result.success) return;
    throw new InvalidMessageError(
      `the reply to '${name}' that the test gives for probe '${this.name}'`,
      result.error.issues,
    );
  }

  // How an expectation is met, or not.

  #message(name: string): Tell | Ask {
    if (Object.hasOwn(this.#messages, name)) return this.#messages[name]!;
    const names = Object.keys(this.#messages).map((known) => `'${known}'`);
    throw new InvalidOptionError(
      `the protocol of probe '${this.name}' has no '${name}': it has ${names.join(', ')}`,
    );
  }

  #parse(name: string, message: unknown): unknown {
    const result = codecOf(this.#message(name).schema, `message '${name}'`).check(message);
    if (result.success) return result.data;
    throw new InvalidMessageError(`the message '${name}' that the test expects`, result.error.issues);
  }

  async #next(what: string, options: ExpectOptions | undefined, site: CallSite): Promise<Entry> {
    const timeoutMs = options?.timeoutMs ?? this.#home.expectWithinMs;
    const entry = await this.#arrivals.take(timeoutMs);
    if (entry === undefined) {
      const text = `probe '${this.name}' expected ${what}, and nothing came within ${timeoutMs} ms.`;
      throw this.#fail(text, what, undefined, site);
    }
    this.#expected.add(entry);
    return entry;
  }

  #mismatch(what: string, entry: Entry, expected: unknown, site: CallSite): ExpectationError {
    this.#expected.delete(entry);
    const came = describeMessage(entry.name, entry.message);
    const text = `probe '${this.name}' expected ${what}, but ${came} came.`;
    return this.#fail(text, expected, entry, site);
  }

  #fail(text: string, expected: unknown, entry: Entry | undefined, site: CallSite): ExpectationError {
    this.#home.failed();
    const lines = this.#entries.map((each) => {
      const mark = each === entry ? '  <- this one' : this.#expected.has(each) ? '' : '  (not expected yet)';
      return describeMessage(each.name, each.message) + mark;
    });
    const all =
      lines.length === 0 ? 'It has got nothing so far.' : `What it got, in order:\n${numbered(lines)}`;
    const message = [text, all, this.#home.describe()].filter((part) => part !== '').join('\n');
    return site.mark(new ExpectationError(message, expected, entry?.message));
  }
}

/** The protocol of a definition, or the protocol itself. */
function messagesOf(target: object): Protocol {
  const definition = target as Partial<Definition>;
  return (definition.kind === 'thrum/actor' ? definition.protocol : target) as Protocol;
}

/** The protocol with asks that don't hold the mailbox: a probe takes in what comes whether or not the test answers. */
function answeredLater(messages: Protocol): Protocol {
  return Object.fromEntries(
    Object.entries(messages).map(([name, message]) => [
      name,
      message.kind === 'ask' ? { ...message, concurrent: true } : message,
    ]),
  );
}
