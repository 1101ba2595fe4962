// The world of real threads: wall-clock time, real chance, Node's event loop.
import v8 from 'node:v8';
import type { Control, World } from '../node/world.ts';
import type { Storage } from '../protocol/storage.ts';
import type { Board } from './board.ts';
import { nodePlatform } from './platform.ts';
import type { RingTransport } from './ringTransport.ts';

/** A world for one thread. */
export function threadWorld(
  transport: RingTransport,
  board: Board,
  control: Control,
  storage: Storage | undefined,
): World {
  return {
    clock: {
      now: () => performance.now(),
      setTimer(delayMs, fn) {
        const timer = setTimeout(fn, delayMs);
        return () => clearTimeout(timer);
      },
    },
    platform: nodePlatform,
    transport,
    pressure: board,
    running: board.vitals.running,
    control,
    storage,
    random: () => Math.random(),
    observed: () => board.observed,
    heapUsedBytes: () => v8.getHeapStatistics().used_heap_size,
    microtask: (fn) => queueMicrotask(fn),
    defer: (fn) => {
      setImmediate(fn);
    },
  };
}
