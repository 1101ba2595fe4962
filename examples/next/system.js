// One system for the whole server, made with the first request; in development it outlives reloads. Its worker file is
// built beside Next, by build.mjs.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSystem } from 'thrum';

const key = Symbol.for('examples.system');

export function system() {
  globalThis[key] ??= createSystem({
    threads: 2,
    worker: (options) =>
      new Worker(/* turbopackIgnore: true */ join(process.cwd(), 'thrum.worker.mjs'), options),
  });
  return globalThis[key];
}
