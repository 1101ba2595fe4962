// A job is typed from its reader to its writer: by its reader, by the annotation of `emit`, and by its writer.
import { z } from 'zod';
import {
  type Emit,
  type JobResult,
  job,
  jsonOutput,
  runJob,
  textLines,
  tsv,
  valueOutput,
  values,
} from '../../actors/mapreduce/index.ts';
import type { System } from '../../lib/index.ts';
import { type Equal, holds } from './assert.ts';

declare const system: System;

const Count = job('types/Count', {
  module: import.meta.url,
  params: z.object({ least: z.number().default(1) }),
  input: textLines(),
  map(line, emit: Emit<string, number>, info) {
    holds<Equal<typeof line, string>>();
    holds<Equal<typeof info.params, { least: number }>>();
    info.count('lines');
    // @ts-expect-error: the job declares no such counter
    info.count('line');
    // @ts-expect-error: a value is a number
    emit(line, line);
  },
  combine(left, right, key) {
    holds<Equal<typeof key, string>>();
    return left + right;
  },
  reduce(key, counts, emit) {
    holds<Equal<typeof key, string>>();
    holds<Equal<typeof counts, Iterable<number>>>();
    emit({ key, total: [...counts].length });
    // @ts-expect-error: the writer takes other records
    emit([key, 1]);
  },
  partition: (key, partitions) => key.length % partitions,
  sort: { keys: (a, b) => a.length - b.length, values: (a, b) => a - b },
  output: jsonOutput<{ key: string; total: number }>(),
  counters: ['lines'],
});

const Next = job('types/Next', {
  module: import.meta.url,
  input: values<{ key: string; total: number }>(),
  map(record, emit: Emit<number, string>) {
    emit(record.total, record.key);
  },
  reduce(total, keys, emit) {
    holds<Equal<typeof total, number>>();
    emit([total, ...keys]);
  },
  output: valueOutput<[number, ...string[]]>(),
});

export async function run(): Promise<void> {
  const counted = await runJob(system, Count, { paths: ['a'], params: {} }).result;
  holds<Equal<typeof counted, JobResult<{ key: string; total: number }>>>();
  // @ts-expect-error: params don't fit
  runJob(system, Count, { paths: ['a'], params: { least: 'one' } });
  const next = await runJob(system, Next, { after: counted }).result;
  holds<Equal<typeof next, JobResult<[number, ...string[]]>>>();
  // @ts-expect-error: this job reads lines, not what the other one puts out
  runJob(system, Count, { after: next });
  // @ts-expect-error: values of another type
  runJob(system, Next, { values: [1, 2] });
}

job('types/Lines', {
  module: import.meta.url,
  input: textLines(),
  // @ts-expect-error: a key can't be a boolean
  map(_line, _emit: Emit<boolean, number>) {},
  reduce() {},
  output: tsv<string>(),
});
