// The same seed goes the same way on every version of Node.js, which these hashes were recorded for, and on a page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import test from 'ava';
import { traceHashes } from '../fixtures/hashScenarios.ts';
import { repositoryRoot } from '../repository/root.ts';

const recorded = JSON.parse(
  readFileSync(join(repositoryRoot, 'test/fixtures/traceHashes.json'), 'utf8'),
) as Record<string, string>;
const advice = 'where the change is meant to change what happens, `npm run record` records it';

test.serial('the recorded hashes come out, time and again', async (t) => {
  t.deepEqual(await traceHashes(), recorded, advice);
  t.deepEqual(await traceHashes(), recorded);
});

test.serial('they come out of a bundle in a realm that has nothing of Node.js', async (t) => {
  const { bundleHashes } = (await import(join(repositoryRoot, 'scripts/bundle-hashes.mjs'))) as {
    bundleHashes(): Promise<string>;
  };
  const script = await bundleHashes();
  t.false(
    /\bfrom ?["']node:|\bimport ?["']node:|require\(["']node:/.test(script),
    'the bundle imports of Node.js',
  );
  const ofPages = { performance, MessageChannel, AbortController, AbortSignal, EventTarget, Event, crypto };
  const context = vm.createContext({ ...ofPages, TextEncoder, TextDecoder, setTimeout, clearTimeout, fetch });
  vm.runInContext(script, context);
  const { process: node, hashes } = vm.runInContext(
    '({ process: typeof process, hashes: traceHashes() })',
    context,
  ) as {
    process: string;
    hashes: Promise<Record<string, string>>;
  };
  t.is(node, 'undefined');
  t.deepEqual({ ...(await hashes) }, recorded, advice);
});
