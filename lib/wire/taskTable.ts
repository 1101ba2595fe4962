// A task as a thread uses it: the codecs of its input and its result, and a fingerprint that tells whether two
// threads mean the same.
import type { Task } from '../protocol/task.ts';
import { type Codec, codecOf } from './codec.ts';
import { schemasPrint } from './protocolTable.ts';

export interface TaskTable {
  readonly input: Codec;
  readonly output: Codec;
  /** 32 bits over both layouts. */
  readonly fingerprint: number;
}

const tables = new WeakMap<Task, TaskTable>();

/** The table of `task`, made on first use. */
export function taskTable(task: Task): TaskTable {
  let table = tables.get(task);
  if (table === undefined) {
    const input = codecOf(task.in, `the input of task '${task.name}'`);
    const output = codecOf(task.out, `the result of task '${task.name}'`);
    table = { input, output, fingerprint: schemasPrint([input.layout, output.layout]) };
    tables.set(task, table);
  }
  return table;
}
