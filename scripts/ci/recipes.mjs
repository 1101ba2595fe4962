// The recipes of docs/recipes/: each is compiled and run as the app it describes, with the packages it names. Apart
// from the tests of the other documents because of those packages, which examples/package.json has.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  isCode,
  markingErrors,
  normalized,
  readBlocks,
  recipes,
} from '../../dist/test/repository/markdown.js';
import { App, describe } from '../../dist/test/repository/programs.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const packages = [
  ...['fastify', 'ws', '@types/ws'].map((name) => join(repository, 'examples/node_modules', name)),
  join(repository, 'node_modules/piscina'),
];

/** What the runtime warns of where a handler held its thread for long: on a busy machine any handler may. */
const slowHandler = /^thrum warn: \S+ held node \d+ for \d+ ms with '\w+'\n/gm;

for (const document of await recipes()) {
  const blocks = await readBlocks(document);

  test(`${document}: the tests know what to do with every code block`, () => {
    assert.deepEqual(markingErrors(blocks), []);
    assert.ok(blocks.some((block) => block.words.includes('run') && block.output !== undefined));
  });

  test(`${document}: it compiles, and its programs print what it says`, async (t) => {
    for (const folder of packages) assert.ok(existsSync(folder), `${folder}: run npm ci --prefix examples`);
    const app = await App.compile(blocks.filter(isCode), packages);
    t.after(() => app.remove());
    assert.deepEqual(app.diagnostics, []);
    for (const block of blocks.filter(({ words }) => words.includes('run'))) {
      const finished = await app.run(block);
      assert.equal(finished.exit, 0, `${block.file}: ${describe(finished)}`);
      assert.equal(normalized(finished.stdout), normalized(block.output ?? ''), block.file);
      assert.equal(finished.stderr.replaceAll(slowHandler, ''), '', block.file);
    }
  });
}
