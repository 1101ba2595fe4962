// The world of real threads: wall-clock time, real chance, Node's event loop.
import { performance } from 'node:perf_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import v8 from 'node:v8';
import type { Clock, Control, World } from '../node/world.ts';
import type { Board } from './board.ts';
import { nodePlatform } from './platform.ts';
import type { RingTransport } from './ringTransport.ts';

// Kept as it was when this was loaded, and timers are imported: test frameworks replace the global ones by fakes.
const { queueMicrotask } = globalThis;

/** The time of this thread. */
export const threadClock: Clock = {
  now: () => performance.now(),
  setTimer(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A world for one thread. */
export function threadWorld(
  transport: RingTransport,
  board: Board,
  control: Control,
  given: Pick<World, 'tasks' | 'replacements' | 'storage'>,
): World {
  return {
    ...given,
    clock: threadClock,
    platform: nodePlatform,
    transport,
    pressure: board,
    running: board.vitals.running,
    control,
    handlesOnArrival: true,
    random: () => Math.random(),
    observed: () => board.observed,
    heapUsedBytes: () => v8.getHeapStatistics().used_heap_size,
    microtask: (fn) => queueMicrotask(fn),
    defer: (fn) => {
      setImmediate(fn);
    },
  };
}
