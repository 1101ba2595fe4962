// What a node's thread holds, and what is done for it to be let go.
import { PerformanceObserver } from 'node:perf_hooks';
import test from 'ava';
import { cameOutside } from '../../lib/threads/outsideMemory.ts';
import { Modules } from '../fixtures/modules.ts';
import { systemFor } from '../fixtures/systems.ts';

const minor = 1;

/** Collections of young objects that `work` has caused. */
async function collections(work: () => void): Promise<number> {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as unknown as { readonly detail: { readonly kind: number } }[];
    count += entries.filter(({ detail }) => detail.kind === minor).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  work();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  observer.disconnect();
  return count;
}

test.serial('young objects are collected for every 16 MB that messages bring along', async (t) => {
  const part = 1024 * 1024;
  const causes = await collections(() => {
    for (let i = 0; i < 64; i++) cameOutside(part);
  });
  t.true(causes >= 4, `${causes} collections`);
});

test('a node loads none of the web interfaces that Node has: they are a sixth of its heap', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const modules = await system.spawn(Modules, undefined, { on: 1 });
  const loaded = await modules.ask.loaded();
  t.true(
    loaded.some((name) => name.includes('internal/worker/io')),
    'the list is what it is taken for',
  );
  t.deepEqual(
    loaded.filter((name) => name.includes('undici')),
    [],
  );
});
