// The events of a job, kept until they were read, and those who wait for the next one.
import type { JobEvent, JobStatus } from './events.ts';

/** More than this are not kept for a reader that doesn't come. */
const keptMax = 10_000;

interface Page {
  readonly events: unknown[];
  /** The number to read on from. */
  readonly next: number;
  readonly over: boolean;
}

export class EventLog {
  private events: JobEvent[] = [];
  /** The number of the first one kept. */
  private first = 0;
  private readonly waiting: (() => void)[] = [];
  private isOver = false;

  add(event: JobEvent): void {
    this.events.push(event);
    if (this.events.length > keptMax) {
      this.events = this.events.slice(keptMax / 2);
      this.first += keptMax / 2;
    }
    this.wake();
  }

  status(status: Omit<JobStatus, 'type'>): void {
    this.add({ type: 'status', ...status });
  }

  end(): void {
    this.isOver = true;
    this.wake();
  }

  /** Those from a number on, as soon as there is one. Reading on from there says that those before were read. */
  async from(number: number): Promise<Page> {
    for (;;) {
      const skip = Math.max(0, number - this.first);
      if (skip < this.events.length || this.isOver) {
        const events = this.events.slice(skip);
        return { events, next: this.first + this.events.length, over: this.isOver };
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
