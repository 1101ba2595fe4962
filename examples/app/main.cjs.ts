// The same for bundles in CommonJS, which have no import.meta.url and no top-level await.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSystem } from 'thrum';
import { countPrimes, nameErrors } from './count.ts';

async function main(): Promise<void> {
  const system = await createSystem({
    threads: 2,
    worker: (options) => new Worker(join(__dirname, 'thrum.worker.cjs'), options),
  });
  console.log(await countPrimes(system));
  console.log(await nameErrors(system));
  await system.close();
}

void main();
