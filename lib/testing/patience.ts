// With a clock that stands still an ask may wait for ever. A test that awaits one gets an error instead of a time-out
// of its framework that says nothing.
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { ThrumError } from '../protocol/errors.ts';

/** A test waits for an ask, and nothing has happened for long: the manual clock has to move first. */
export class ClockStandsStillError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_CLOCK_STANDS_STILL', message);
  }
}

/** What is looked at. */
export interface Watched {
  /** Whether the test waits for something. */
  readonly waits: boolean;
  /** Changes whenever something happens. */
  readonly progress: unknown;
  giveUp(): void;
}

/** Gives up when the test has waited for `patienceMs` of real time in which nothing happened. */
export function watchPatience(patienceMs: number, watched: Watched): () => void {
  let progress = watched.progress;
  let since = performance.now();
  const look = (): void => {
    const now = performance.now();
    if (!watched.waits || watched.progress !== progress) {
      progress = watched.progress;
      since = now;
    } else if (now - since >= patienceMs) {
      watched.giveUp();
    }
  };
  const timer = setInterval(look, Math.max(patienceMs / 8, 1));
  timer.unref();
  return () => clearInterval(timer);
}
