// Something that the simulation itself does at its time: a fault, the end of a sleep, a check.
import type { Engine, SimEvent } from './engine.ts';

export class TaskEvent implements SimEvent {
  slot = -1;
  private readonly fn: () => void;

  constructor(fn: () => void) {
    this.fn = fn;
  }

  happen(): void {
    this.fn();
  }
}

/** Runs `fn` at `time`, in microseconds; returns a function that cancels it. */
export function taskAt(engine: Engine, time: number, fn: () => void): () => void {
  const task = new TaskEvent(fn);
  engine.at(Math.max(time, engine.now), task);
  return () => engine.queue.remove(task);
}
