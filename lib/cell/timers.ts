// The timers of an actor: each ends with its behaviour, and what it calls is a turn of the actor.
import { InvalidOptionError } from '../protocol/errors.ts';
import type { Cell } from './cell.ts';

/** @throws `InvalidOptionError` */
export function checkDelay(delayMs: number, name: string): void {
  if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) {
    throw new InvalidOptionError(`${name} must be between 0 and 2,147,483,647 ms, not ${delayMs}`);
  }
}

/** Calls `fn` once; returns what cancels it. */
export function after(cell: Cell, delayMs: number, fn: () => unknown): () => void {
  const own = cell.own();
  let done = false;
  const cancelTimer = cell.kind.host.setTimer(delayMs, () => {
    own.dropTimer(cancel);
    cell.addTurn('a timer', () => (done ? undefined : fn()));
  });
  const cancel = (): void => {
    done = true;
    cancelTimer();
    own.dropTimer(cancel);
  };
  own.addTimer(cancel);
  return cancel;
}

/** Resolves after that time, in the middle of a turn; rejects when the behaviour ends before. */
export function sleep(cell: Cell, delayMs: number): Promise<void> {
  const own = cell.own();
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      cancelTimer();
      reject(cell.goneError());
    };
    const cancelTimer = cell.kind.host.setTimer(delayMs, () => {
      own.dropTimer(cancel);
      resolve();
    });
    own.addTimer(cancel);
  });
}

/** Calls `fn` again and again, but never before its last call was begun; returns what cancels it. */
export function every(cell: Cell, periodMs: number, fn: () => unknown): () => void {
  const own = cell.own();
  let done = false;
  let waiting = false;
  let cancelTimer: () => void;
  const arm = (): void => {
    cancelTimer = cell.kind.host.setTimer(periodMs, () => {
      if (!waiting && cell.kind.host.ticks()) {
        waiting = true;
        cell.addTurn('a timer', () => {
          waiting = false;
          return done ? undefined : fn();
        });
      }
      arm();
    });
  };
  const cancel = (): void => {
    done = true;
    cancelTimer();
    own.dropTimer(cancel);
  };
  arm();
  own.addTimer(cancel);
  return cancel;
}
