// How far a job is, out of its tables.
import type { JobStatus, PhaseStatus } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { Phases } from './phases.ts';
import { type Attempt, remainingMs, type TaskState, type TaskTable } from './taskTable.ts';

type Progress = Omit<
  JobStatus,
  'type' | 'phase' | 'failures' | 'backups' | 'skipped' | 'workers' | 'elapsedMs'
>;

/** @param sizes the bytes that each map task reads */
export function progressOf(
  { map, reduce }: Phases,
  { mapTallies, reduceTallies }: Ledger,
  sizes: readonly number[],
  nowMs: number,
): Progress {
  const bytesDone = sumOf(map.tasks, (task) =>
    task.state === 'done' ? sizes[task.id]! : furthest(task, ({ bytes }) => bytes),
  );
  const reduced = sumOf(reduce.tasks, (task) =>
    task.state === 'done' ? 1 : furthest(task, ({ share }) => share),
  );
  return {
    map: phaseStatus(map),
    reduce: phaseStatus(reduce),
    bytesDone,
    bytesTotal: sumOf(sizes, (bytes) => bytes),
    reduced: reduce.tasks.length === 0 ? 1 : reduced / reduce.tasks.length,
    records: sumOf(mapTallies, (tallies) => tallies?.records ?? 0),
    spilledBytes: sumOf([...mapTallies, ...reduceTallies], (tallies) => tallies?.spilledBytes ?? 0),
    stragglers: stragglers(map, nowMs) + stragglers(reduce, nowMs),
  };
}

function phaseStatus(table: TaskTable): PhaseStatus {
  return { idle: table.idleCount, running: table.runningCount, done: table.doneCount };
}

function furthest({ attempts }: TaskState, of: (attempt: Attempt) => number): number {
  return Math.max(0, ...[...attempts.values()].map(of));
}

function stragglers(table: TaskTable, nowMs: number): number {
  const typicalMs = table.typicalMs();
  if (typicalMs === undefined) return 0;
  const attempts = table.tasks.flatMap((task) => [...task.attempts.values()]);
  return attempts.filter(
    (attempt) => nowMs - attempt.startedMs + remainingMs(attempt, nowMs, typicalMs) > 2 * typicalMs,
  ).length;
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
