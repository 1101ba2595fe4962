// The convention of markdown.ts, on small documents: what it accepts, and that each thing that can be wrong with a
// code block is seen.

import test from 'ava';
import { examine, linesOf, requestOf, runCommands } from './commands.ts';
import { type Block, filesFor, markingErrors, normalized, parseBlocks } from './markdown.ts';
import { App } from './programs.ts';

/** A document with these blocks, given as info string and text. */
function documentOf(...blocks: readonly (readonly [info: string, text: string])[]): Block[] {
  const fenced = blocks.map(([info, text]) => `\`\`\`${info}\n${text}\n\`\`\`\n`);
  return parseBlocks('guide.md', `# Guide\n\n${fenced.join('\n')}`);
}

test('a block knows its line, language, file, words, text and output', (t) => {
  const blocks = documentOf(['ts file=a.ts run', 'console.log(1);'], ['text output', '1']);
  t.deepEqual(blocks[0], {
    document: 'guide.md',
    line: 3,
    language: 'ts',
    words: ['run'],
    file: 'a.ts',
    text: 'console.log(1);\n',
    output: '1\n',
  });
});

test('a block inside a list loses the indentation of its fence', (t) => {
  const [block] = parseBlocks('guide.md', '1. Do:\n\n   ```sh\n   thrum wordcount a \\\n     b\n   ```\n');
  t.deepEqual(block && linesOf(block), ['thrum wordcount a b']);
  const [item] = parseBlocks('guide.md', '- ~~~ json\n  {\n    "a": 1\n  }\n  ~~~\n');
  t.is(item?.text, '{\n  "a": 1\n}\n');
});

test('a block that is never closed is refused', (t) => {
  t.throws(() => parseBlocks('guide.md', '# Guide\n\n```ts\nconst a = 1;\n'), {
    message: 'guide.md:3: the code block is never closed',
  });
});

test('blocks that are marked well have no errors', (t) => {
  const blocks = documentOf(
    ['ts file=a.ts run', 'export {};'],
    ['text output', ''],
    ['text file=b.txt', 'b'],
    ['text diagram', '-->'],
    ['mermaid', 'flowchart LR'],
    ['json', '{}'],
  );
  t.deepEqual(markingErrors(blocks), []);
});

test('a block nobody knows what to do with is refused', (t) => {
  const blocks = documentOf(
    ['python', 'pass'],
    ['ts runs', 'export {};'],
    ['text', 'hello'],
    ['', 'hello'],
    ['text output', 'of a block that prints nothing'],
  );
  t.deepEqual(markingErrors(blocks), [
    "guide.md:3: no test knows what to do with the language 'python'",
    "guide.md:7: 'runs' means nothing to the tests",
    "guide.md:11: a text block is 'output', 'example', 'diagram' or 'file=…'",
    "guide.md:15: no test knows what to do with the language ''",
    'guide.md:19: the output has no block before it that prints something',
  ]);
});

test('two blocks of one file name are refused', (t) => {
  const blocks = documentOf(['ts file=a.ts', 'export {};'], ['ts file=a.ts', 'export {};']);
  t.deepEqual(markingErrors(blocks), ['guide.md:7: a.ts is the name of another block, in line 3']);
});

test('the files of a document are found beside the sample files', (t) => {
  const files = filesFor(documentOf(['text file=own.txt', 'mine'], ['ts file=a.ts', 'export {};']));
  t.is(files['own.txt'], 'mine\n');
  t.is(files['a.ts'], undefined);
  t.truthy(files['book.txt']);
});

test('commands are run, asked of the server, or checked without running', async (t) => {
  const blocks = documentOf(['ts file=server.ts serve', 'export {};']);
  const cases: [line: string, command: string, requests: string[]][] = [
    ['npm ci && npm start -- node_modules', 'npm start -- node_modules', []],
    ['npm ci && npm test', '', []],
    ['npm install thrum zod', '', []],
    ['cat book.txt | npx thrum wordcount - | head', 'cat book.txt | npx thrum wordcount - | head', []],
    ["curl 'localhost:3000/count?text=a'", '', ["curl 'localhost:3000/count?text=a'"]],
    ['node server.js', '', []],
    ['git clone https://example.org/thrum.git && cd thrum', '', []],
  ];
  for (const [line, command, requests] of cases) {
    t.deepEqual(await examine(line, blocks), { command, requests, errors: [] }, line);
  }
});

test('a command that does not exist is refused', async (t) => {
  const cases: [line: string, error: string][] = [
    ['npm run shine', "package.json has no script 'shine'"],
    ['npm install left-pad', 'left-pad is neither this package nor one of its peers'],
    ['npm publish', 'no test knows npm publish'],
    ['node server.js', 'no block of the document is the program server.js'],
    ['curl localhost:3000', 'no block of the document is a server'],
    ['rm book.txt', "no test knows how to run 'rm book.txt'"],
    ['thrum wordcount book.txt | xargs rm', "no test knows how to run 'xargs rm'"],
    ['npx cowsay hello', "no test knows how to run 'npx cowsay hello'"],
  ];
  for (const [line, error] of cases) {
    const { errors } = await examine(line, []);
    t.deepEqual(errors, [error], line);
  }
});

test('commands run in a folder with the sample files and fail where any part of a pipe fails', async (t) => {
  const blocks = documentOf(['text file=own.txt', 'b\na']);
  const finished = await runCommands(
    ['sort own.txt', 'cat notes.txt | wc -l', 'cat gone.txt | sort', 'npm start --top 3'],
    blocks,
  );
  t.deepEqual(
    finished.map(({ exit }) => exit),
    [0, 0, 1, 64],
  );
  t.is(finished[0]?.stdout, 'a\nb\n');
  t.is(finished[1]?.stdout.trim(), '1');
});

test("a curl line becomes a request to the test's own server", async (t) => {
  const get = requestOf("curl -s 'http://localhost:3000/count?text=a%20b'", 'http://127.0.0.1:1');
  t.is(get.method, 'GET');
  t.is(get.url, 'http://127.0.0.1:1/count?text=a%20b');
  const post = requestOf(
    'curl -H "content-type: text/plain" -d "to be" localhost:3000/count',
    'http://127.0.0.1:1',
  );
  t.is(post.method, 'POST');
  t.is(post.headers.get('content-type'), 'text/plain');
  t.is(await post.text(), 'to be');
});

test('outputs are compared without blanks at the ends of lines', (t) => {
  t.is(normalized('a  \r\nb\n\n'), normalized('a\nb'));
  t.not(normalized('a\n\nb'), normalized('a\nb'));
});

test('code is compiled strictly, with errors in lines of the document, then run and served', async (t) => {
  const blocks = documentOf(
    ['ts file=sum.ts', 'export const sum = (a: number, b: number) => a + b;'],
    ['ts', "import { sum } from './sum.ts';\nsum(1, '2');"],
    ['ts file=main.ts run', "import { sum } from './sum.js';\nconsole.log(sum(1, 2));"],
    ['ts file=server.ts serve', serverSource],
    ['ts file=stuck.ts serve', serverSource.replace('server.close()', '{}')],
    ['ts file=short.ts serve', "console.error('no server here');\nprocess.exitCode = 3;"],
  );
  const app = await App.compile(blocks);
  t.teardown(() => app.remove());
  t.deepEqual(app.diagnostics, [
    "guide.md:9: error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
  ]);

  const [, , main, server, stuck, short] = blocks as [Block, Block, Block, Block, Block, Block];
  t.deepEqual(await app.run(main), { exit: 0, stdout: '3\n', stderr: '' });

  const serving = await app.serve(server);
  t.teardown(() => serving.kill());
  const response = await fetch(requestOf('curl localhost:3000/hello', serving.origin));
  t.is(await response.text(), 'you asked for /hello');
  t.is((await serving.interrupt()).exit, 0);

  const hanging = await app.serve(stuck);
  t.teardown(() => hanging.kill());
  hanging.kill();
  t.is((await hanging.interrupt()).exit, 'SIGKILL');

  await t.throwsAsync(app.serve(short), { message: /ended before it listened:\nexit 3\nno server here/ });
});

const serverSource = `import { createServer } from 'node:http';
const server = createServer((request, response) => {
  response.end(\`you asked for \${request.url}\`);
});
server.listen(3000);
process.once('SIGINT', () => server.close());`;
