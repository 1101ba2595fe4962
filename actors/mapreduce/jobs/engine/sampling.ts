// Which part of the input is looked at to find ranges of keys.

/** So many tasks' beginnings at most. */
const sampleTasksMax = 64;
/** Of each, so many records. */
export const sampleRecords = 1000;

/** Tasks at even distances. */
export function sampledTasks<T>(tasks: readonly T[]): T[] {
  const step = Math.ceil(tasks.length / sampleTasksMax);
  return tasks.filter((_, task) => task % step === 0);
}
