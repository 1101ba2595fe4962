// One system for the whole server, made with the first request; in development it outlives reloads.
import { Worker } from 'node:worker_threads';
import { createSystem } from 'thrum';

const key = Symbol.for('examples.system');

export function system() {
  globalThis[key] ??= createSystem({
    threads: 2,
    worker: (options) => new Worker(new URL('../app/thrum.worker.ts', import.meta.url), options),
  });
  return globalThis[key];
}
