// How many worker threads a system has unless told: what the machine, or the container around it, allows.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Threads allowed by affinity and by the cgroup's CPU quota, at least 1. */
export function defaultThreads(read: (path: string) => string = readText): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quota(read))));
}

/** CPUs the cgroup allows (version 2, then 1); Infinity without a limit. */
function quota(read: (path: string) => string): number {
  const [limit, period] = read('/sys/fs/cgroup/cpu.max').trim().split(/\s+/);
  if (Number(limit) > 0 && Number(period) > 0) return Number(limit) / Number(period);
  const limitUs = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'));
  const periodUs = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  return limitUs > 0 && periodUs > 0 ? limitUs / periodUs : Number.POSITIVE_INFINITY;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
