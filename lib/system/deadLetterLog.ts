// Dead letters in the log: the first at once, a flood of them in a few lines each period.
import type { SystemEvent } from '../protocol/events.ts';
import { Period } from './period.ts';

type DeadLetter = Extract<SystemEvent, { type: 'deadLetter' }>;

/** Lines in a period, apart from the first and the last. */
const linesMax = 20;
/** So many other targets are told apart when they are counted. */
const targetsMax = 10_000;

export class DeadLetterLog {
  private readonly warn: (text: string, event: DeadLetter) => void;
  private readonly period = new Period(() => this.flush());
  /** What gets a line: the count so far, and the last event. */
  private readonly lines = new Map<string, { count: number; event: DeadLetter }>();
  /** What gets none of its own. */
  private readonly otherTargets = new Set<string>();
  private others: { count: number; event: DeadLetter } | undefined = undefined;

  constructor(warn: (text: string, event: DeadLetter) => void) {
    this.warn = warn;
  }

  add(event: DeadLetter): void {
    const what = `'${event.message}' to ${event.actor} (${event.reason})`;
    if (this.period.begin()) {
      this.warn(`${letters(event.count)}: ${what}`, event);
      return;
    }
    const known = this.lines.get(what);
    if (known !== undefined || this.lines.size < linesMax) {
      this.lines.set(what, { count: event.count + (known?.count ?? 0), event });
    } else {
      this.others = { count: event.count + (this.others?.count ?? 0), event };
      if (this.otherTargets.size < targetsMax) this.otherTargets.add(event.actor);
    }
  }

  flush(): void {
    this.period.end();
    for (const [what, { count, event }] of this.lines) {
      this.warn(`${letters(count, 'more ')}: ${what}`, { ...event, count });
    }
    this.lines.clear();
    if (this.others === undefined) return;
    const { count, event } = this.others;
    const { size } = this.otherTargets;
    const targets = `${size}${size === targetsMax ? ' or more' : ''} other target${size === 1 ? '' : 's'}`;
    this.warn(`and ${letters(count, 'more ')} for ${targets}`, { ...event, count });
    this.others = undefined;
    this.otherTargets.clear();
  }
}

function letters(count: number, more = ''): string {
  return `${count} ${more}dead letter${count === 1 ? '' : 's'}`;
}
