// What makes a test fail although nobody asserted it: actors that failed and messages that got lost, unless the test
// expects or allows that.
import { ThrumError } from '../protocol/errors.ts';
import type { SystemEvent } from '../protocol/events.ts';
import { stackOf } from '../wire/errorCodec.ts';
import { numbered } from './expectation.ts';
import type { Told } from './localActorNode.ts';
import { matches } from './matching.ts';
import type { EventOf, RecordedEvents } from './recordedEvents.ts';

/** The kinds of event that fail a test. */
export type Trouble = 'failed' | 'deadLetter';

/** A test system saw what the test neither expected nor allowed. `events` are what it saw. */
export class UnexpectedEventsError extends ThrumError {
  readonly events: readonly EventOf<Trouble>[];

  constructor(events: readonly EventOf<Trouble>[]) {
    const failure = events.find((event) => event.type === 'failed');
    super('ERR_THRUM_UNEXPECTED_EVENTS', textOf(events), failure && { cause: failure.error });
    this.events = events;
  }
}

function textOf(events: readonly EventOf<Trouble>[]): string {
  const types = [...new Set(events.map(({ type }) => type))];
  const ways = types.map(
    (type) => `expect it (await system.events.expect('${type}', …)) or allow it (system.allow('${type}'))`,
  );
  return [
    'the test passed over what happened in its system:',
    numbered(events.map(describe)),
    `Where that is as it should be, ${ways.join('; ')}.`,
  ].join('\n');
}

function describe(event: EventOf<Trouble>): string {
  if (event.type === 'failed') {
    return `${event.actor} failed in '${event.during}' (${event.directive}): ${stackOf(event.error)}`;
  }
  const count = event.count === 1 ? 'a dead letter' : `${event.count} dead letters`;
  return `${count}: '${event.message}' to ${event.actor} (${event.reason})`;
}

export class Verdict {
  private readonly events: RecordedEvents;
  private readonly told: Told;
  private readonly troubles: EventOf<Trouble>[] = [];
  private readonly allowed: { readonly type: Trouble; readonly pattern: object }[] = [];
  /** The system closes: what waits now is lost as it should be. */
  closing = false;
  /** An expectation has failed, and the test with it: what follows from that isn't told on top of it. */
  failed = false;

  constructor(events: RecordedEvents, told: Told) {
    this.events = events;
    this.told = told;
    events.on((event) => this.hear(event));
  }

  private hear(event: SystemEvent): void {
    if (event.type === 'deadLetter' && !this.closing) this.troubles.push(event);
    // What an asker was told of is the asker's to handle; when it fails a parent too, that is another matter.
    else if (event.type === 'failed' && !this.told.delete(event.error)) this.troubles.push(event);
  }

  allow(type: Trouble, pattern: object): void {
    this.allowed.push({ type, pattern });
  }

  /** What the test should have expected; `undefined` when it has passed over nothing. */
  get error(): UnexpectedEventsError | undefined {
    if (this.failed) return undefined;
    const left = this.troubles.filter((event) => !this.events.wasExpected(event) && !this.isAllowed(event));
    return left.length === 0 ? undefined : new UnexpectedEventsError(left);
  }

  private isAllowed(event: EventOf<Trouble>): boolean {
    return this.allowed.some(({ type, pattern }) => type === event.type && matches(event, pattern));
  }
}
