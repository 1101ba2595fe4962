// How a thread imports a module of the app's.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { importModule } from '../../lib/threads/importModule.ts';

test('a module whose import never ends is given up, and what it awaits is hinted at', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-import-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'waits.mjs');
  await writeFile(file, 'await new Promise(() => {});');
  await t.throwsAsync(importModule(pathToFileURL(file).href, 50), {
    message: "it hasn't ended within 0.05 s. Does it await something at its top level that doesn't come?",
  });
});

test('a module is found by URL and by path, and one that fails rejects with its error', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-import-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const good = join(folder, 'good.mjs');
  const bad = join(folder, 'bad.mjs');
  await writeFile(good, 'export const one = await Promise.resolve(1);');
  await writeFile(bad, "throw new Error('no configuration');");
  t.like(await importModule(good), { one: 1 });
  t.is(await importModule(pathToFileURL(good).href), await importModule(good));
  await t.throwsAsync(importModule(bad), { message: 'no configuration' });
});
