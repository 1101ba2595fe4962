// Modules that are loaded again: what replaces a definition, on which threads, and what is a conflict.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import * as z from 'zod';
import { type Ask, actor, type Definition, DefinitionConflictError } from '../../lib/index.ts';
import { systemFor } from '../fixtures/systems.ts';

type Greeter = Definition<{ hello: Ask<z.ZodVoid, z.ZodString> }, z.ZodVoid>;

/** The source of a module that defines a greeter. */
function greeter(name: string, greeting: string): string {
  return `
    import { actor, ask } from ${JSON.stringify(import.meta.resolve('thrum'))};
    import * as z from ${JSON.stringify(import.meta.resolve('zod'))};
    export const Greeter = actor('${name}', {
      module: import.meta.url,
      protocol: { hello: ask(z.void(), z.string()) },
      create: () => ({ hello: () => '${greeting}' }),
    });
  `;
}

async function folderFor(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-reload-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function load(file: string, version: string): Promise<Greeter> {
  const { Greeter } = (await import(`${pathToFileURL(file).href}${version}`)) as { Greeter: Greeter };
  return Greeter;
}

test.serial(
  'a module that is imported again replaces its definition, on threads that knew the old one too',
  async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const hello = async (definition: Greeter, on: 'host' | 1) =>
      (await system.spawn(definition, undefined, { on })).ask.hello();
    const file = join(await folderFor(t), 'greeter.mjs');
    await writeFile(file, greeter('reload/Greeter', 'first'));
    const first = await load(file, '?v=1');
    const old = await system.spawn(first, undefined, { on: 1 });
    t.is(await old.ask.hello(), 'first');
    await writeFile(file, greeter('reload/Greeter', 'second'));
    const second = await load(file, '?v=2');
    t.deepEqual([await hello(second, 'host'), await hello(second, 1)], ['second', 'second']);
    t.is(await old.ask.hello(), 'first', 'an actor that runs goes on as it is');
    t.is(await hello(first, 1), 'first', 'who still has the old definition gets the old actor');
    t.is(await hello(second, 1), 'second');
  },
);

test.serial('a module that is imported again may change its protocol', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const file = join(await folderFor(t), 'greeter.mjs');
  await writeFile(file, greeter('reload/Protocol', 'first'));
  await system.spawn(await load(file, '?v=1'), undefined, { on: 1 });
  const changed = greeter('reload/Protocol', 'second').replace(
    '{ hello:',
    '{ hallo: ask(z.void(), z.void()), hello:',
  );
  await writeFile(file, changed.replace('({ hello', '({ hallo() {}, hello'));
  const second = await system.spawn(await load(file, '?v=2'), undefined, { on: 1 });
  t.is(await second.ask.hello(), 'second');
});

test.serial('two modules that define one name are a conflict that names both', async (t) => {
  const folder = await folderFor(t);
  const files = ['one.mjs', 'two.mjs'].map((name) => join(folder, name));
  for (const file of files) await writeFile(file, greeter('reload/Twice', 'hello'));
  await load(files[0]!, '');
  const error = await t.throwsAsync(load(files[1]!, ''), { instanceOf: DefinitionConflictError });
  t.regex(error?.message ?? '', /named 'reload\/Twice': one in file:.*one\.mjs, one in file:.*two\.mjs/);
});

test.serial(
  'two definitions of one name in one file, as a bundle may have them, are a conflict',
  async (t) => {
    const define = () =>
      actor('reload/Bundled', {
        module: import.meta.url,
        protocol: {},
        args: z.void(),
        create: () => ({}),
      });
    define();
    const error = t.throws(define, { instanceOf: DefinitionConflictError });
    t.regex(error?.message ?? '', /'reload\/Bundled' is defined twice in file:.*reload\.test\.js/);
    // Later it is a reload by a loader that keeps the module's URL.
    await Promise.resolve();
    t.notThrows(define);
  },
);
