// The phases of a job, each with a table of its tasks: which of them can be worked on now.
import type { PhaseName } from './messages.ts';
import { TaskTable } from './taskTable.ts';

const names: readonly PhaseName[] = ['sample', 'map', 'reduce'];

export class Phases {
  /** Empty where no ranges must be found. */
  readonly sample: TaskTable;
  readonly map: TaskTable;
  readonly reduce: TaskTable;

  constructor(mapTasks: number, reduceTasks: number, leaseMs: number) {
    this.sample = new TaskTable(0, leaseMs);
    this.map = new TaskTable(mapTasks, leaseMs);
    this.reduce = new TaskTable(reduceTasks, leaseMs);
  }

  /** The phase whose tasks can be done now. Map tasks whose output was lost come before reduce tasks. */
  get open(): PhaseName {
    if (!this.sample.allDone) return 'sample';
    return this.map.allDone ? 'reduce' : 'map';
  }

  get attemptsBegun(): number {
    return this.map.attemptsBegun + this.reduce.attemptsBegun;
  }

  /** Ends the attempts that have given no sign of life for too long. */
  expire(nowMs: number): { phase: PhaseName; task: number; attempt: number }[] {
    return names.flatMap((phase) =>
      this[phase].expire(nowMs).map(({ task, attempt }) => ({ phase, task, attempt: attempt.number })),
    );
  }

  /** Ends all attempts of a worker; gives the tasks they were of. */
  endAllOf(worker: string): { phase: PhaseName; task: number }[] {
    return names.flatMap((phase) => this[phase].endAllOf(worker).map((task) => ({ phase, task })));
  }
}
