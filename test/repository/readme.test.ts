// Every code block of README.md and docs/ does what the document says it does. What is done with a block is
// written in its info string: see the convention in markdown.ts.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { examine, linesOf, requestOf, runCommands } from './commands.ts';
import { type Block, documents, isCode, markingErrors, normalized, readBlocks } from './markdown.ts';
import { App, describe } from './programs.ts';
import { repositoryRoot } from './root.ts';

// All is read before the first test is declared: AVA wants the declarations in one go.
const read = await Promise.all(
  (await documents()).map(async (document) => ({
    document,
    blocks: existsSync(join(repositoryRoot, document)) ? await readBlocks(document) : undefined,
  })),
);

for (const { document, blocks } of read) {
  if (blocks !== undefined) testDocument(document, blocks);
  else test(`${document} is there`, (t) => t.fail(`${document} is missing from ${repositoryRoot}`));
}

test("README.md gives the two commands, and .ci/run's test command is one of them", async (t) => {
  const blocks = existsSync(join(repositoryRoot, 'README.md')) ? await readBlocks('README.md') : [];
  const lines = blocks.filter((block) => block.language === 'sh').flatMap(linesOf);
  t.true(lines.includes('npm ci && npm start -- node_modules'), 'the main job, from a fresh clone');
  t.true(lines.includes('npm ci && npm test'), 'the tests, from a fresh clone');
});

function testDocument(document: string, blocks: readonly Block[]): void {
  test(`${document}: the tests know what to do with every code block`, async (t) => {
    const shell = blocks.filter((block) => block.language === 'sh');
    const lines = await Promise.all(
      shell.flatMap((block) =>
        linesOf(block).map(async (line) => {
          const { errors } = await examine(line, blocks);
          return errors.map((error) => `${document}:${block.line}: ${line}: ${error}`);
        }),
      ),
    );
    t.deepEqual([...markingErrors(blocks), ...lines.flat()], []);
  });
  if (blocks.some(isCode)) testCode(document, blocks);
  for (const block of blocks) {
    if (block.language === 'sh') test(title(block), (t) => testCommands(t, block, blocks));
    if (block.language === 'json') test(title(block), (t) => t.notThrows(() => JSON.parse(block.text)));
  }
}

function testCode(document: string, blocks: readonly Block[]): void {
  // By the first test that wants it: a run with `--match` compiles the documents that it tests, not all of them.
  let app: Promise<App> | undefined;
  const compiled = () => {
    app ??= App.compile(blocks);
    return app;
  };
  test.after.always(`${document}: remove the app`, async () => (await app)?.remove());

  test(`${document}: the code compiles under strict settings`, async (t) => {
    const { diagnostics } = await compiled();
    t.deepEqual(diagnostics, []);
  });

  for (const block of blocks) {
    if (block.words.includes('run')) {
      test(title(block), async (t) => {
        const finished = await (await compiled()).run(block);
        t.is(finished.exit, 0, describe(finished));
        if (block.output !== undefined) t.is(normalized(finished.stdout), normalized(block.output));
      });
    }
    if (block.words.includes('serve')) {
      test(title(block), async (t) => testServer(t, await compiled(), block, blocks));
    }
  }
}

async function testCommands(t: ExecutionContext, block: Block, blocks: readonly Block[]): Promise<void> {
  const lines = await Promise.all(linesOf(block).map((line) => examine(line, blocks)));
  const commands = lines.map((line) => line.command).filter((command) => command !== '');
  const finished = await runCommands(commands, blocks);
  finished.forEach((result, index) => {
    t.is(result.exit, 0, `${commands[index]}: ${describe(result)}`);
  });
  if (block.output !== undefined && finished.length > 0) {
    t.is(normalized(finished.map((result) => result.stdout).join('')), normalized(block.output));
  }
  t.pass();
}

/** The `curl` lines between this server and the next one of the document, each with the output it announces. */
async function requestsFor(server: Block, blocks: readonly Block[]) {
  const after = blocks.slice(blocks.indexOf(server) + 1);
  const next = after.findIndex((block) => block.words.includes('serve'));
  const shell = (next === -1 ? after : after.slice(0, next)).filter((block) => block.language === 'sh');
  const requests: { curl: string; output: string | undefined }[] = [];
  for (const block of shell) {
    const lines = await Promise.all(linesOf(block).map((line) => examine(line, blocks)));
    const curls = lines.flatMap((line) => line.requests);
    curls.forEach((curl, at) => {
      requests.push({ curl, output: at === curls.length - 1 ? block.output : undefined });
    });
  }
  return requests.length > 0 ? requests : [{ curl: 'curl localhost', output: undefined }];
}

async function testServer(
  t: ExecutionContext,
  app: App,
  block: Block,
  blocks: readonly Block[],
): Promise<void> {
  const server = await app.serve(block);
  t.teardown(() => server.kill());
  for (const { curl, output } of await requestsFor(block, blocks)) {
    const response = await fetch(requestOf(curl, server.origin));
    const body = await response.text();
    t.true(response.status < 400, `${curl}: ${response.status} ${body}`);
    t.not(body, '', `${curl}: the answer is empty`);
    if (output !== undefined) t.is(normalized(body), normalized(output), curl);
  }
  const finished = await server.interrupt();
  t.is(finished.exit, 0, `after SIGINT: ${describe(finished)}`);
}

function title(block: Block): string {
  const file = block.file === undefined ? [] : [`file=${block.file}`];
  return `${block.document}:${block.line}: ${[block.language, ...file, ...block.words].join(' ')}`;
}
