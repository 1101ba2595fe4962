// What a newcomer hands over by mistake, without the compiler's help.
import test from 'ava';
import * as z from 'zod';
import {
  actor,
  ask,
  createSystem,
  InvalidOptionError,
  pool,
  poolOf,
  resource,
  task,
  tell,
  UnsupportedSchemaError,
} from '../../lib/index.ts';
import { createTestSystem } from '../../lib/testing/index.ts';

const any = (value: unknown): never => value as never;
const create = () => ({});
const name = 'test/declared';

const refused: readonly [string, () => unknown, string][] = [
  [
    'an actor without a name',
    () => actor('', { protocol: {}, create }),
    "the first argument of actor(…) is its name, a text such as 'shop/actor', not ''",
  ],
  [
    'a name that is no text',
    () => task(any(5), { run: () => {} }),
    "the first argument of task(…) is its name, a text such as 'shop/task', not 5",
  ],
  [
    'an actor of nothing',
    () => actor(name, any(undefined)),
    `actor('${name}', …) needs { create, … }, not undefined`,
  ],
  [
    'an actor without create',
    () => actor(name, any({ protocol: {} })),
    `\`create\` of '${name}' must be a function, not undefined`,
  ],
  [
    'a task without run',
    () => task(name, any({ run: 'it' })),
    `\`run\` of '${name}' must be a function, not 'it'`,
  ],
  [
    'a resource without open',
    () => resource(name, any({})),
    `\`open\` of '${name}' must be a function, not undefined`,
  ],
  [
    'an actor without a protocol',
    () => actor(name, any({ create })),
    `\`protocol\` of '${name}' must be an object of tell(…) and ask(…), not undefined`,
  ],
  [
    'a strategy that there is not',
    () => actor(name, any({ protocol: {}, create, strategy: 'all' })),
    `\`strategy\` of '${name}' must be 'one-for-one', 'one-for-all' or 'rest-for-one', not 'all'`,
  ],
  [
    'a schema for a message',
    () => actor(name, any({ protocol: { add: z.number() }, create })),
    `message 'add' of ${name} must be tell(schema) or ask(schema, replySchema), not a schema`,
  ],
  [
    'a function for a message',
    () => actor(name, any({ protocol: { add: tell }, create })),
    `message 'add' of ${name} must be tell(schema) or ask(schema, replySchema), not the function tell`,
  ],
];

for (const [title, declare, message] of refused) {
  test(`${title} is refused`, (t) => {
    t.throws(declare, { instanceOf: InvalidOptionError, message });
  });
}

const noSchemas: readonly [string, () => unknown, string, string][] = [
  ['JSON schema', () => tell(any({ type: 'number' })), "message 'm'", 'a plain object'],
  ["an older zod's", () => tell(any({ _def: {}, parse() {} })), "message 'm'", 'one of an older zod'],
  ['no reply', () => ask(z.void(), any(undefined)), "the reply to 'm'", 'undefined'],
];

for (const [title, message, what, found] of noSchemas) {
  test(`what isn't a schema is refused where it is declared: ${title}`, (t) => {
    t.throws(() => actor(name, any({ protocol: { m: message() }, create })), {
      instanceOf: UnsupportedSchemaError,
      message: `${what} of ${name} needs a schema of zod 4.6 or later (z.void() for nothing), not ${found}`,
    });
  });
}

const refusal = (message: string) => ({ instanceOf: InvalidOptionError, message });

test('what is used in the place of a definition is named, and a circular import thought of', async (t) => {
  const system = await createSystem({ threads: 0, log: 'silent' });
  t.teardown(() => system.close());
  const job = task('test/declared/job', { run: () => {} });
  const missing =
    'takes what actor(…) has returned, not undefined. Do its module and this one import each other?';
  await t.throwsAsync(() => system.spawn(any(undefined)), refusal(`spawn ${missing}`));
  await t.throwsAsync(
    () => system.spawn(any(job)),
    refusal("spawn takes what actor(…) has returned, not the task 'test/declared/job'"),
  );
  await t.throwsAsync(() => pool(system, any(undefined), 2), refusal(`pool ${missing}`));
  await t.throwsAsync(
    () => poolOf(system, any({}), any([])),
    refusal('poolOf takes what actor(…) has returned, not a plain object'),
  );
  await t.throwsAsync(() => system.lookup(any(undefined), 'x'), refusal(`a name or a group ${missing}`));
  t.throws(() => system.run(any(undefined)), refusal(`run ${missing.replace('actor', 'task')}`));
  t.throws(() => system.use(any(null)), refusal('use takes what resource(…) has returned, not null'));
  t.throws(() => system.stop(any(undefined)), refusal('a ref is needed here, not undefined'));
});

test('options of a system that mean nothing are refused', async (t) => {
  await t.throwsAsync(
    () => createSystem(any(null)),
    refusal('createSystem takes an object of options, not null'),
  );
  await t.throwsAsync(() => createSystem(any({ thread: 2 })), {
    instanceOf: InvalidOptionError,
    message: /^createSystem has no option 'thread': there are threads, tasks, /,
  });
  await t.throwsAsync(() => createTestSystem(any({ threads: 2 })), {
    instanceOf: InvalidOptionError,
    message: /^createTestSystem has no option 'threads': there are clock, nodes, /,
  });
  await t.throwsAsync(
    () => createSystem({ resources: any([5]) }),
    refusal('resources must be a list of replacements, as in [Database.with(fake)], not 5'),
  );
  await t.throwsAsync(
    () => createSystem({ store: any(5) }),
    refusal('store must name a directory (a path or a file: URL), not 5'),
  );
});
