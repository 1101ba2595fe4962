// What has happened in a test system, to assert on.
import { clearTimeout, setTimeout } from 'node:timers';
import type { EventListener, SystemEvent } from '../protocol/events.ts';
import type { SystemEvents } from '../system/system.ts';
import { CallSite, ExpectationError, numbered, show } from './expectation.ts';
import { matches, type Pattern } from './matching.ts';
import type { ExpectOptions } from './probeTypes.ts';

/** An event of that type. */
export type EventOf<Type extends SystemEvent['type']> = Extract<SystemEvent, { readonly type: Type }>;

/** What the events need of their system. */
export interface EventsHome {
  readonly expectWithinMs: number;
  settle(): Promise<boolean>;
  describe(): string;
  failed(): void;
}

/** The events of a test system, all of them, in order. Events of probes aren't among them. */
export class RecordedEvents implements SystemEvents, Iterable<SystemEvent> {
  readonly #source: SystemEvents;
  readonly #home: EventsHome;
  readonly #all: SystemEvent[] = [];
  readonly #expected = new WeakSet<SystemEvent>();

  /** Use `system.events`. */
  constructor(source: SystemEvents, home: EventsHome) {
    this.#source = source;
    this.#home = home;
    source.on((event) => this.#all.push(event));
  }

  /** Listens to what happens from now on; returns a function that ends it. */
  on(listener: EventListener): () => void {
    return this.#source.on(listener);
  }

  /** What has happened so far. */
  get all(): readonly SystemEvent[] {
    return this.#all;
  }

  [Symbol.iterator](): Iterator<SystemEvent> {
    return this.#all[Symbol.iterator]();
  }

  /** Those of one type. */
  of<Type extends SystemEvent['type']>(type: Type): EventOf<Type>[] {
    return this.#all.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** Whether the test has expected it. */
  wasExpected(event: SystemEvent): boolean {
    return this.#expected.has(event);
  }

  /**
   * The first event of that type that matches `pattern` and hasn't been expected before: one that has happened, or
   * the next to come. A failure or dead letter that was expected doesn't fail the test.
   *
   * @example
   * ```ts
   * await system.events.expect('failed', { actor: stock, error: /sold out/ });
   * ```
   * @throws `ExpectationError` when none happens in time
   */
  async expect<Type extends SystemEvent['type']>(
    type: Type,
    pattern: Pattern<Omit<EventOf<Type>, 'type'>> = {} as never,
    { timeoutMs = this.#home.expectWithinMs }: ExpectOptions = {},
  ): Promise<EventOf<Type>> {
    const site = new CallSite(this.expect);
    const fits = (event: SystemEvent): boolean =>
      event.type === type && !this.#expected.has(event) && matches(event, pattern);
    await this.#home.settle();
    const event = this.#all.find(fits) ?? (await this.#wait(fits, timeoutMs));
    if (event === undefined) throw this.#missing(type, pattern, timeoutMs, site);
    this.#expected.add(event);
    return event as EventOf<Type>;
  }

  #wait(fits: (event: SystemEvent) => boolean, timeoutMs: number): Promise<SystemEvent | undefined> {
    return new Promise((resolve) => {
      const done = (event: SystemEvent | undefined): void => {
        clearTimeout(timer);
        stop();
        resolve(event);
      };
      const timer = setTimeout(() => done(undefined), timeoutMs);
      const stop = this.#source.on((event) => {
        if (fits(event)) done(event);
      });
    });
  }

  #missing(type: string, pattern: object, timeoutMs: number, site: CallSite): ExpectationError {
    this.#home.failed();
    const like = Object.keys(pattern).length === 0 ? '' : ` matching ${show(pattern)}`;
    const lines = this.#all.map(describeEvent);
    const text = [
      `expected an event '${type}'${like}, and none happened within ${timeoutMs} ms.`,
      lines.length === 0
        ? 'Nothing has happened so far.'
        : `What has happened, in order:\n${numbered(lines)}`,
      this.#home.describe(),
    ];
    return site.mark(new ExpectationError(text.filter((part) => part !== '').join('\n'), pattern));
  }
}

/** An event in a line. */
function describeEvent(event: SystemEvent): string {
  const { type, ...rest } = event;
  const actor = 'actor' in event ? ` ${event.actor}` : '';
  if (event.type === 'failed')
    return `failed${actor} in '${event.during}' (${event.directive}): ${event.error}`;
  if (event.type === 'deadLetter') {
    return `deadLetter${actor}: ${event.count} '${event.message}' (${event.reason})`;
  }
  if (event.type === 'stopped') return `stopped${actor} (${event.reason.type})`;
  return actor === '' ? `${type} ${show(rest)}` : `${type}${actor}`;
}
