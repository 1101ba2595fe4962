// A job of two map tasks and two reduce tasks, of which none ends before both of its phase have begun.
import { appendFileSync } from 'node:fs';
import { BroadcastChannel } from 'node:worker_threads';
import * as z from 'zod';
import { type Emit, job, textLines, tsv } from '../../../../actors/mapreduce/index.ts';

/** Far longer than another thread needs to begin its task. */
const waitMs = 20_000;

export const Meeting = job('test/Meeting', {
  module: import.meta.url,
  /** `log`: a file that gets a line for each record of a task that was begun. */
  params: z.object({ place: z.string(), log: z.string() }),
  input: textLines(),
  async map(line, emit: Emit<number, string>, { params, task }) {
    await meet(`${params.place} map`, task);
    appendFileSync(params.log, `map ${task}\n`);
    emit(0, line);
    emit(1, line);
  },
  async reduce(key, lines, emit, { params, task }) {
    await meet(`${params.place} reduce`, task);
    appendFileSync(params.log, `reduce ${task}\n`);
    emit([key, [...lines].join(' ')]);
  },
  partition: (key) => key,
  output: tsv<[key: number, lines: string]>(),
});

/** Resolves when another task, on whichever thread, is at the same place at the same time. */
async function meet(place: string, task: number): Promise<void> {
  const channel = new BroadcastChannel(place);
  let deadline: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      channel.onmessage = ({ data }: { data?: unknown }) => {
        if (data === task) return;
        // The other one may have spoken before this one listened, and this one before the other did.
        channel.postMessage(task);
        resolve();
      };
      channel.postMessage(task);
      const late = `${place} ${task}: no other task has begun within ${waitMs} ms`;
      deadline = setTimeout(() => reject(new Error(late)), waitMs);
    });
  } finally {
    clearTimeout(deadline);
    channel.close();
  }
}
