// Closes a system when the process is told to end. The library installs no signal handler by itself: the app
// calls this, or does the same in its own way.

import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { System } from './system.ts';
import { within } from './timeLimit.ts';

/** Options of {@link closeOnSignal}. */
export interface CloseOnSignalOptions {
  /** Default: `SIGTERM`, which containers and service managers send, and `SIGINT`, which Ctrl+C does. */
  signals?: readonly NodeJS.Signals[];
  /**
   * Milliseconds for `before` and closing together; default 5,000. Stay well below the grace period of what
   * sends the signal (Kubernetes: `terminationGracePeriodSeconds`, 30 s unless set), which ends in SIGKILL.
   */
  timeoutMs?: number;
  /** Handle what waits first, see `CloseOptions.drain`; default `false`. */
  drain?: boolean;
  /** Runs first, and is waited for: stop taking in new work here, for instance `() => server.close()`. */
  before?: () => unknown;
  /**
   * What happens when the system has closed. `true`, the default: the process ends as the signal would have
   * ended it, so that whoever sent it (a shell, systemd, Kubernetes) sees exit code 128 + its number. A number: the
   * process exits with that. `false`: nothing; the process ends when nothing else keeps it.
   */
  exit?: boolean | number;
}

/**
 * A terminal sends Ctrl+C to all its processes, and `npm start` hands it on to its child once more: signals so
 * soon after the first are the same press.
 */
const samePressMs = 100;

/**
 * Closes `system` on the first signal; a second one ends the process at once, with exit code 128 + its number.
 *
 * @returns what removes the listeners
 * @throws `InvalidOptionError`
 * @example
 * ```ts
 * closeOnSignal(system, { drain: true, timeoutMs: 20_000, before: () => server.close() });
 * ```
 */
export function closeOnSignal(system: System, options: CloseOnSignalOptions = {}): () => void {
  const { signals = ['SIGTERM', 'SIGINT'], exit = true } = options;
  for (const signal of signals) numberOf(signal);
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      void close(system, options).then(() => {
        if (exit === false) return;
        remove();
        endProcess(signal, exit);
      });
    } else if (performance.now() - firstAt >= samePressMs) {
      process.exit(128 + numberOf(signal));
    }
  };
  const remove = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return remove;
}

async function close(system: System, options: CloseOnSignalOptions): Promise<void> {
  const { timeoutMs = 5000, drain = false, before } = options;
  const startedAt = performance.now();
  if (before !== undefined) {
    const done = (async () => before())();
    done.catch((error) => console.error('thrum error: `before` of closeOnSignal threw:', error));
    await within(done, timeoutMs);
  }
  await system.close({ timeoutMs: Math.max(timeoutMs - (performance.now() - startedAt), 0), drain });
}

/**
 * Sends itself the signal again, which nobody handles any more: a process that a signal has ended is one that
 * shells and service managers take for properly stopped. The first process of a container isn't ended by
 * signals that it doesn't handle, and other listeners would hear it twice: there the exit code says it.
 */
function endProcess(signal: NodeJS.Signals, exit: true | number): void {
  if (exit !== true) process.exit(exit);
  if (process.pid === 1 || process.listenerCount(signal) > 0) process.exit(128 + numberOf(signal));
  process.kill(process.pid, signal);
}

function numberOf(signal: NodeJS.Signals): number {
  const number = constants.signals[signal];
  if (number === undefined) throw new InvalidOptionError(`there is no signal ${signal} on this system`);
  return number;
}
