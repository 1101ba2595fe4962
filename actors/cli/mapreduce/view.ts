// What the status view says, as text: two bars and a line of details.
import type { JobStatus, PhaseStatus } from '../../mapreduce/index.ts';
import { counted, formatBytes, formatCount, formatDuration } from '../text.ts';

/** The bar of a share from 0 to 1. */
type Bar = (share: number) => string;

/** `map     ████░░░░  52 %  33 of 64 done, 2 running, 29 idle  213 MB/s  4 s left` */
export function mapLine(status: JobStatus, bytesPerSecond: number | undefined, bar: Bar): string {
  const { bytesDone, bytesTotal, map } = status;
  const share = bytesTotal === 0 ? shareOf(map) : bytesDone / bytesTotal;
  const isOver = status.phase === 'reduce';
  const rate = bytesPerSecond === undefined || isOver ? [] : [`${formatBytes(bytesPerSecond)}/s`];
  const left =
    bytesPerSecond && !isOver ? [`${formatDuration((bytesTotal - bytesDone) / bytesPerSecond)} left`] : [];
  return [head('map', share, bar), tasks(map), ...rate, ...left].join('  ');
}

export function reduceLine(status: JobStatus, bar: Bar): string {
  return [head('reduce', status.reduced, bar), tasks(status.reduce)].join('  ');
}

/** What has happened besides, where it has. */
export function detailLine(status: JobStatus): string {
  const { records, spilledBytes, stragglers, backups, failures, skipped, workers } = status;
  const some = (count: number, one: string, many?: string): string[] =>
    count === 0 ? [] : [counted(count, one, many)];
  return [
    `${formatBytes(status.bytesDone)} of ${formatBytes(status.bytesTotal)}`,
    counted(records, 'record'),
    ...some(workers, 'worker'),
    ...(spilledBytes === 0 ? [] : [`${formatBytes(spilledBytes)} spilled`]),
    ...some(stragglers, 'straggler'),
    ...some(backups, 'backup'),
    ...some(failures, 'failure'),
    ...some(skipped, 'skipped', 'skipped'),
  ].join('  ');
}

function head(phase: string, share: number, bar: Bar): string {
  const bounded = Math.max(0, Math.min(1, share));
  return `${phase.padEnd(6)}  ${bar(bounded)} ${String(Math.floor(100 * bounded)).padStart(3)} %`;
}

function tasks({ idle, running, done }: PhaseStatus): string {
  return `${formatCount(done)} of ${formatCount(idle + running + done)} done, ${running} running, ${formatCount(idle)} idle`;
}

function shareOf({ idle, running, done }: PhaseStatus): number {
  const all = idle + running + done;
  return all === 0 ? 1 : done / all;
}
