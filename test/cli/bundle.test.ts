// The bundled command: what it loads for what it is asked, and that it counts as the command in many files does.
import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import anyTest, { type TestFn } from 'ava';
import { makeFolder } from '../mapreduce/inputs/folder.ts';
import { repositoryRoot } from '../repository/root.ts';

interface Metafile {
  readonly outputs: Record<
    string,
    {
      readonly inputs: Record<string, unknown>;
      readonly imports: readonly { readonly path: string; readonly kind: string }[];
    }
  >;
}

interface Bundle {
  readonly folder: string;
  readonly metafile: Metafile;
}

const test = anyTest as TestFn<Bundle>;
const execute = promisify(execFile);

test.before(async (t) => {
  const { bundleCommand } = (await import(join(repositoryRoot, 'scripts/bundle-command.mjs'))) as {
    bundleCommand(folder: string): Promise<Metafile>;
  };
  // As deep below the repository as where the build puts it, which is where the command looks for its version.
  const folder = mkdtempSync(join(realpathSync(repositoryRoot), 'dist/test/command-'));
  t.context = { folder, metafile: await bundleCommand(folder) };
});

test.after.always(({ context }) => rmSync(context.folder, { recursive: true, force: true }));

/** Says on standard error which files the main thread imports. */
const listing = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  export async function load(url, context, next) {
    process._rawDebug('loads ' + url);
    return next(url, context);
  }\`));`;

/** Runs the bundled command; `loaded` are the source files, relative to the repository, that were in what it loaded. */
async function run({ folder, metafile }: Bundle, ...args: string[]) {
  const preload = `data:text/javascript,${encodeURIComponent(listing)}`;
  const command = ['--import', preload, join(folder, 'main.js'), ...args];
  const { stdout, stderr } = await execute(process.execPath, command);
  const loaded = new Set<string>();
  for (const [, url] of stderr.matchAll(/^loads (file:.*)$/gm)) {
    const file = relative(realpathSync(repositoryRoot), fileURLToPath(url!)).replaceAll('\\', '/');
    const output = metafile.outputs[file];
    for (const input of output === undefined ? [file] : Object.keys(output.inputs)) loaded.add(input);
  }
  return { stdout, loaded: [...loaded] };
}

const isRuntime = (file: string): boolean => /(^|\/)(dist\/lib|node_modules\/zod)\//.test(file);

test('a small count loads neither the runtime nor zod', async (t) => {
  const text = join(makeFolder(t, { 'a.txt': 'b a b Ä ä' }), 'a.txt');
  const { stdout, loaded } = await run(t.context, 'wordcount', text);
  t.is(stdout, 'b\t2\nä\t2\na\t1\n');
  t.true(loaded.includes('dist/actors/mapreduce/text/kernel/kernel.js'), loaded.join('\n'));
  t.deepEqual(loaded.filter(isRuntime), []);
  const packages = new Set(loaded.flatMap((file) => /node_modules\/([^/]+)/.exec(file)?.[1] ?? []));
  t.deepEqual([...packages], ['commander']);
});

test('a count on threads gives the same', async (t) => {
  const text = join(makeFolder(t, { 'a.txt': 'b a b Ä ä' }), 'a.txt');
  const { stdout, loaded } = await run(t.context, 'wordcount', '--threads', '2', text);
  t.is(stdout, 'b\t2\nä\t2\na\t1\n');
  t.true(loaded.some(isRuntime), loaded.join('\n'));
  // Nothing that a count doesn't need, since every thread loads it again.
  t.deepEqual(
    loaded.filter((file) => /mapreduce\/jobs\/engine\/|zod\/v4\/locales\/(?!en|index)/.test(file)),
    [],
  );
});

test('a thread of a count loads what it needs alone', (t) => {
  const { metafile } = t.context;
  const loaded = new Set<string>();
  const ofNode = new Set<string>();
  const follow = (file: string): void => {
    const output = metafile.outputs[file];
    if (output === undefined) ofNode.add(file);
    if (output === undefined || loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of output.imports)
      if (kind === 'import-statement' || file === entry) follow(path);
  };
  const entry = Object.keys(metafile.outputs).find((file) => file.endsWith('/countNode.js'))!;
  follow(entry);
  const inputs = [...loaded].flatMap((file) => Object.keys(metafile.outputs[file]!.inputs));
  t.true(inputs.includes('dist/actors/mapreduce/wordcount/mapper.js'), inputs.join('\n'));
  t.deepEqual(
    inputs.filter((file) => /mapreduce\/jobs\/|commander|zod\/v4\/locales\/(?!en|index)/.test(file)),
    [],
  );
  t.true(ofNode.has('node:fs'), [...ofNode].join('\n'));
  // Each takes a thread several milliseconds, and is of use only for some counts.
  t.deepEqual(
    ['node:crypto', 'node:zlib', 'node:stream', 'node:child_process'].filter((name) => ofNode.has(name)),
    [],
  );
});

test('a command that loads modules of users has the runtime that they import', async (t) => {
  const runtime = join(repositoryRoot, 'dist/lib/sim/index.js');
  const module = join(
    makeFolder(t, {
      'ring.mjs': `import { simulation } from ${JSON.stringify(runtime)};
        export const Ring = simulation('ring holds', { nodes: 1 }, async () => {});`,
    }),
    'ring.mjs',
  );
  t.regex((await run(t.context, 'sim', module, '--list')).stdout, /ring holds/);
});

test('a job of a user runs, with the engine that its module imports', async (t) => {
  const engine = join(repositoryRoot, 'dist/actors/mapreduce/index.js');
  const folder = makeFolder(t, {
    'a.txt': 'b\na\nb\n',
    'count.mjs': `import { job, textLines, tsv } from ${JSON.stringify(engine)};
      export const Count = job('test/Count', {
        module: import.meta.url,
        input: textLines(),
        map: (line, emit) => emit(line, 1),
        reduce: (line, ones, emit) => emit([line, [...ones].length]),
        output: tsv(),
      });`,
  });
  const asked = ['mapreduce', join(folder, 'count.mjs'), join(folder, 'a.txt'), '--partitions', '1'];
  t.is((await run(t.context, ...asked)).stdout, 'a\t1\nb\t2\n');
  t.is((await run(t.context, ...asked, '--sequential')).stdout, 'a\t1\nb\t2\n');
});

test('the version is that of the package', async (t) => {
  t.regex((await run(t.context, '--version')).stdout, /^\d+\.\d+\.\d+\n$/);
});
