// Which code runs a task: that of jobs in general, or that of records which are only put in order.
import { recordSort } from '../sorting/keyedRecords.ts';
import { mapRecords } from '../sorting/mapRecords.ts';
import { reduceRecords } from '../sorting/reduceRecords.ts';
import { type MapResult, runMap } from './mapTask.ts';
import type { MapOrder, ReduceOrder } from './messages.ts';
import { type ReduceResult, runReduce } from './reduceTask.ts';
import type { TaskEnv } from './taskEnv.ts';

export function runMapTask(env: TaskEnv, order: MapOrder): Promise<MapResult> {
  const sizes = recordSort(env.job);
  return sizes === undefined ? runMap(env, order) : mapRecords(env, order, sizes);
}

export function runReduceTask(env: TaskEnv, order: ReduceOrder): Promise<ReduceResult> {
  const sizes = recordSort(env.job);
  return sizes === undefined ? runReduce(env, order) : reduceRecords(env, order, sizes);
}
