// What goes on among the nodes of one thread: what is planned, and how much has happened.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

const resolved = Promise.resolve();

/** Turns of the event loop in which nothing happens before all counts as settled. */
const calmTurns = 3;

export class Activity {
  /** Steps that will come by themselves. */
  planned = 0;
  /** Steps taken. */
  steps = 0;

  /** Runs `fn` before I/O and timers. Not by the global function: test frameworks replace it by a fake. */
  microtask(fn: () => void): void {
    this.planned++;
    void resolved.then(() => this.step(fn));
  }

  /** Runs `fn` after I/O and timers had their turn. */
  defer(fn: () => void): void {
    this.planned++;
    setImmediate(() => this.step(fn));
  }

  private step(fn: () => void): void {
    this.planned--;
    this.steps++;
    fn();
  }

  /** Lets everything happen that is ready to; false when it goes on for more than `limitMs` of real time. */
  async settled(limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    let seen = this.steps;
    for (let calm = 0; calm < calmTurns; ) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      calm = this.planned === 0 && this.steps === seen ? calm + 1 : 0;
      seen = this.steps;
      if (performance.now() > deadline) return false;
    }
    return true;
  }
}
