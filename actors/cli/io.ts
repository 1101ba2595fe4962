// What the command is given from outside: its streams and its signal. Handed in, so that tests run the whole
// command without a process of its own.
import type { Writable } from 'node:stream';

/** An output stream, which may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface CommandIo {
  /** Read at most once. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** True when someone feeds standard input: a pipe, a file or a socket; not a terminal, nor `/dev/null`. */
  readonly stdinIsPiped: boolean;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborts when the command has to end at once; what must not stay behind is cleared away synchronously. */
  readonly signal: AbortSignal;
}

/** Whether lines can be drawn over: on a terminal that knows how to move its cursor. */
export function canRedraw(stream: OutputStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** Writes one line about the run, not its result, on standard error. */
export function say(io: CommandIo, line: string): void {
  io.stderr.write(`${line}\n`);
}
