// The default log: what a person running the app should see, and no more of it than helps. Events become
// entries; floods of them become few.
import type { EventListener, LogLevel, SystemEvent } from '../protocol/events.ts';
import { asText, isReadableError, stackOf } from '../wire/errorCodec.ts';
import { DeadLetterLog } from './deadLetterLog.ts';
import { type LogOption, type LogSink, sinkOf } from './logSink.ts';
import { PushBackLog } from './pushBackLog.ts';

/** What the system itself has to say. */
export function ofSystem(level: LogLevel, text: string): SystemEvent {
  return { type: 'log', node: 0, actor: 'system', level, text, fields: undefined };
}

/** What an event says to a reader. */
type Line = { readonly level: LogLevel; readonly text: string };

export class SystemLog {
  private readonly sink: LogSink;
  private readonly deadLetters: DeadLetterLog;
  private readonly pushBacks: PushBackLog;

  constructor(option: LogOption, writeLine?: (line: string) => void) {
    this.sink = sinkOf(option, writeLine);
    const warn = (text: string, event: SystemEvent): void => this.sink.write({ level: 'warn', text, event });
    this.deadLetters = new DeadLetterLog(warn);
    this.pushBacks = new PushBackLog(warn);
  }

  readonly listener: EventListener = (event) => {
    if (event.type === 'deadLetter') {
      if (this.sink.takes('warn')) this.deadLetters.add(event);
    } else if (event.type === 'tellRefused') {
      if (this.sink.takes('warn')) this.pushBacks.add(event);
    } else {
      const line = lineOf(event);
      if (line !== undefined && this.sink.takes(line.level)) this.sink.write({ ...line, event });
    }
  };

  /** Writes what has gathered; no timer stays behind. */
  flush(): void {
    this.deadLetters.flush();
    this.pushBacks.flush();
  }
}

const outcome = {
  restart: 'restarts',
  resume: 'goes on',
  stop: 'stops',
  escalate: 'its parent fails with it',
  none: 'is stopping',
};

function lineOf(event: SystemEvent): Line | undefined {
  switch (event.type) {
    case 'log':
      return { level: event.level, text: `[${event.actor}] ${event.text}${fieldsOf(event.fields)}` };
    case 'failed':
      return {
        level: 'error',
        text: `[${event.actor}] failed in '${event.during}' and ${outcome[event.directive]}: ${stackOf(event.error)}`,
      };
    case 'nodeDown':
      return event.error && { level: 'error', text: withCause(event.error) };
    case 'slowHandler':
      return { level: 'warn', text: slowHandler(event) };
    case 'overflow':
      return {
        level: 'debug',
        text: `${event.actor} pushes back: ${event.waiting} messages wait of at most ${event.capacity}`,
      };
    case 'closed':
      return event.report.stopped ? undefined : { level: 'warn', text: closedLate(event) };
    default:
      return undefined;
  }
}

/** Where the error was made says nothing; where its cause was does. */
function withCause({ message, cause }: Error): string {
  return isReadableError(cause) ? `${message}\n${stackOf(cause)}` : message;
}

/** Fields are for reading: what JSON can't say (a bigint, a cycle) must not lose the entry. */
function fieldsOf(fields: Readonly<Record<string, unknown>> | undefined): string {
  if (fields === undefined) return '';
  try {
    return ` ${JSON.stringify(fields, (_key, value) => forReading(value))}`;
  } catch (error) {
    return ` (fields that can't be written: ${isReadableError(error) ? error.message : asText(error)})`;
  }
}

function forReading(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return isReadableError(value) ? stackOf(value) : value;
}

function slowHandler(event: Extract<SystemEvent, { type: 'slowHandler' }>): string {
  const what =
    event.messages <= 1 ? `'${event.during}'` : `${event.messages} messages up to '${event.during}'`;
  const often = event.count === 1 ? '' : ` (${event.count} times since this was last said)`;
  return `${event.actor} held node ${event.node} for ${Math.round(event.ms)} ms with ${what}${often}`;
}

function closedLate({ report }: Extract<SystemEvent, { type: 'closed' }>): string {
  const shown = report.left.slice(0, 20);
  const more = report.left.length > shown.length ? ` and ${report.left.length - shown.length} more` : '';
  const left = shown.length === 0 ? '' : ` still running: ${shown.join(', ')}${more}`;
  const silent = report.silentNodes.map((node) => ` node ${node} didn't answer`);
  const parts = [left, ...silent].filter((part) => part !== '').join(';');
  const what = parts === '' ? ' no actor is left, but not all resources are closed' : parts;
  return `closed after ${Math.round(report.elapsedMs)} ms without waiting any longer:${what}`;
}
