// A worker node's heap as V8 accounts for it, and the guard over it.
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';
import v8 from 'node:v8';
import vm from 'node:vm';
import { resourceLimits } from 'node:worker_threads';
import { HeapGuard } from './heapGuard.ts';
import type { Vitals } from './vitals.ts';

/**
 * Ends this thread when more than `softLimit` (a share) of its old generation is in use. V8's `heap_size_limit`
 * would be too much: it includes the young generation, and a thread dies when the old one is full.
 */
export function guardHeap(softLimit: number, vitals: Vitals): void {
  const limitBytes = resourceLimits.maxOldGenerationSizeMb! * 2 ** 20;
  const bytesMax = limitBytes * softLimit;
  new HeapGuard({
    bytesMax,
    usedBytes() {
      // With the young generation it is more than what counts, and quick to ask for.
      const { used_heap_size: all } = v8.getHeapStatistics();
      return all > bytesMax ? oldGenerationBytes() : all;
    },
    collect() {
      const startedAt = performance.now();
      garbageCollector()();
      return { usedBytes: oldGenerationBytes(), tookMs: performance.now() - startedAt };
    },
    setTimer: (delayMs, fn) => setTimeout(fn, delayMs).unref(),
    exceeded(usedBytes) {
      vitals.heap[1] = limitBytes;
      vitals.heap[0] = usedBytes;
      process.exit(1);
    },
  });
}

function oldGenerationBytes(): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of v8.getHeapSpaceStatistics()) {
    if (!name.startsWith('new_') && !name.startsWith('shared_') && name !== 'read_only_space') bytes += used;
  }
  return bytes;
}

let collector: (() => void) | undefined;

/** V8 shows its collector to contexts that are made while this flag is set; only this one is. */
function garbageCollector(): () => void {
  if (collector === undefined) {
    v8.setFlagsFromString('--expose-gc');
    collector = vm.runInNewContext('gc') as () => void;
    v8.setFlagsFromString('--no-expose-gc');
  }
  return collector;
}
