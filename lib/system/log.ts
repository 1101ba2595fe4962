// The default log: what a person running the app should see on standard error, and no more of it than helps.
import type { EventListener, LogLevel, SystemEvent } from '../protocol/events.ts';

/** Receives every entry at or above the level. */
export type LogOption = LogLevel | 'silent';

const rank: Record<LogOption, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** How often dead letters are summed up, in milliseconds. */
const deadLetterPeriodMs = 5000;

export class ConsoleLog {
  private readonly level: number;
  private readonly write: (line: string) => void;
  private readonly deadLetters = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(level: LogOption, write: (line: string) => void = (line) => console.error(line)) {
    this.level = rank[level];
    this.write = write;
  }

  readonly listener: EventListener = (event) => {
    if (event.type === 'deadLetter') return this.deadLetter(event);
    const entry = entryOf(event);
    if (entry !== undefined && rank[entry.level] >= this.level)
      this.write(`thrum ${entry.level}: ${entry.text}`);
  };

  /** The first is logged at once, those that follow within the period in one line. */
  private deadLetter(event: Extract<SystemEvent, { type: 'deadLetter' }>): void {
    if (rank.warn < this.level) return;
    const what = `'${event.message}' to ${event.actor} (${event.reason})`;
    if (this.timer !== undefined) {
      this.deadLetters.set(what, (this.deadLetters.get(what) ?? 0) + event.count);
      return;
    }
    this.write(`thrum warn: ${event.count} dead letter${event.count === 1 ? '' : 's'}: ${what}`);
    this.timer = setTimeout(() => this.flush(), deadLetterPeriodMs);
    this.timer.unref();
  }

  /** Writes what has gathered; nothing stays behind. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [what, count] of this.deadLetters) {
      this.write(`thrum warn: ${count} more dead letter${count === 1 ? '' : 's'}: ${what}`);
    }
    this.deadLetters.clear();
  }
}

const outcome = {
  restart: 'restarts',
  resume: 'goes on',
  stop: 'stops',
  escalate: 'its parent fails with it',
  none: 'is stopping',
};

function entryOf(event: SystemEvent): { level: LogLevel; text: string } | undefined {
  switch (event.type) {
    case 'log': {
      const fields = event.fields === undefined ? '' : ` ${JSON.stringify(event.fields)}`;
      return { level: event.level, text: `[${event.actor}] ${event.text}${fields}` };
    }
    case 'failed':
      return {
        level: 'error',
        text: `[${event.actor}] failed in '${event.during}' and ${outcome[event.directive]}: ${event.error.stack ?? event.error}`,
      };
    case 'nodeDown':
      return event.error && { level: 'error', text: withCause(event.error) };
    default:
      return undefined;
  }
}

/** Where the error was made says nothing; where its cause was does. */
function withCause({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}\n${cause.stack}` : message;
}
