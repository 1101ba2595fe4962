// Where log entries go: standard error, a function, or a logger of the app's choice.
import type { LogLevel, SystemEvent } from '../protocol/events.ts';
import { asText, isReadableError, stackOf } from '../wire/errorCodec.ts';

/** One entry of the log. */
export interface LogEntry {
  readonly level: LogLevel;
  /** What a person reads. */
  readonly text: string;
  /** What happened; the last of them where the entry stands for several. */
  readonly event: SystemEvent;
}

/** A logger with a method for each level: `console`, pino and winston are ones. */
export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/**
 * A level: entries from there on go to standard error. A function or a logger gets entries of every level:
 * which of them are kept is its own to decide.
 */
export type LogOption = LogLevel | 'silent' | ((entry: LogEntry) => void) | Logger;

/** Takes entries. */
export interface LogSink {
  takes(level: LogLevel): boolean;
  write(entry: LogEntry): void;
}

const rank: Record<LogLevel | 'silent', number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** Whether `option` is one. */
export function isLogOption(option: unknown): option is LogOption {
  if (typeof option === 'string') return Object.hasOwn(rank, option);
  if (typeof option === 'function') return true;
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  return (
    typeof option === 'object' &&
    option !== null &&
    levels.every((level) => typeof (option as Logger)[level] === 'function')
  );
}

export function sinkOf(option: LogOption, writeLine = (line: string) => console.error(line)): LogSink {
  if (typeof option === 'string') {
    return {
      takes: (level) => rank[level] >= rank[option],
      write: (entry) => writeLine(`thrum ${entry.level}: ${entry.text}`),
    };
  }
  const write = typeof option === 'function' ? option : (entry: LogEntry) => option[entry.level](entry.text);
  return {
    takes: () => true,
    write(entry) {
      try {
        write(entry);
      } catch (error) {
        // An entry may be written from a timer: thrown there, a broken logger would end the process.
        writeLine(`thrum error: the log threw: ${isReadableError(error) ? stackOf(error) : asText(error)}`);
      }
    },
  };
}
