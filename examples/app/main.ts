import { Worker } from 'node:worker_threads';
import { createSystem } from 'thrum';
import { countPrimes, nameErrors } from './count.ts';

const system = await createSystem({
  threads: 2,
  worker: (options) => new Worker(new URL('./thrum.worker.js', import.meta.url), options),
});
console.log(await countPrimes(system));
console.log(await nameErrors(system));
await system.close();
