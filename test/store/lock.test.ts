// Two systems on one directory: the second is told, and where it can't be, the first can't write any more.
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { StoreError } from '../../lib/index.ts';
import { Disk } from '../../lib/store/disk.ts';
import { lockDirectory } from '../../lib/store/lock.ts';
import { prefixOf } from '../../lib/store/records.ts';
import { Keeper } from '../fixtures/durable.ts';
import { Program } from '../fixtures/programs.ts';
import { directoryFor, withStore } from '../fixtures/stores.ts';

test('a directory that is open in this process is refused to a second system, until it is closed', async (t) => {
  const directory = await directoryFor(t);
  await withStore(directory, async () => {
    const error = await t.throwsAsync(
      withStore(directory, async () => {}),
      { instanceOf: StoreError },
    );
    t.is(error.kind, 'locked');
    t.is(error.code, 'ERR_THRUM_STORE_LOCKED');
  });
  await t.notThrowsAsync(withStore(directory, async () => {}));
});

test('a directory that another process has open is refused, and free once that was killed', async (t) => {
  const directory = await directoryFor(t);
  const program = await Program.start(
    t,
    `await thrum.createSystem({ threads: 0, store: ${JSON.stringify(directory)} }); console.log('open');`,
  );
  await program.line('open');
  const error = await t.throwsAsync(
    withStore(directory, async () => {}),
    { instanceOf: StoreError },
  );
  t.is(error.kind, 'locked');
  t.regex(error.message, new RegExp(`process ${program.child.pid}`));
  program.signal('SIGKILL');
  await program.ended;
  await t.notThrowsAsync(withStore(directory, async () => {}));
});

test('a lock of a process that is gone, or of one that has its number by now, is nobody’s', async (t) => {
  const directory = await directoryFor(t);
  const holders = [
    { pid: 2 ** 22 + 1, host: hostname(), started: '1' },
    // Process 1 lives, and started at another time.
    { pid: 1, host: hostname(), started: '-1' },
    { pid: process.pid, host: hostname(), started: '1' },
    'not JSON',
  ];
  for (const holder of holders) {
    await writeFile(
      join(directory, 'thrum.lock'),
      JSON.stringify(holder).slice(0, holder === 'not JSON' ? 4 : undefined),
    );
    const unlock = await lockDirectory(directory);
    await unlock();
  }
  t.pass();
});

test('whoever opened the database last writes; the others are told, and nothing of theirs is written', async (t) => {
  const directory = await directoryFor(t);
  const options = { directory, fsync: false, verify: true };
  const first = await Disk.open(options);
  const prefix = prefixOf('actor');
  first.commit([{ prefix, key: 'a', bytes: Buffer.from('first') }]);
  // As another machine would, whose lock can't be judged.
  const second = await Disk.open(options);
  const late = ['a', 'b'].map((key) => ({ prefix, key, bytes: Buffer.from('too late') }));
  const error = t.throws(() => first.commit(late), { instanceOf: StoreError });
  t.is(error.kind, 'fenced');
  t.is(Buffer.from(second.get(prefix, 'a')!).toString(), 'first');
  t.is(second.get(prefix, 'b'), undefined);
  second.commit([{ prefix, key: 'a', bytes: Buffer.from('second') }]);
  t.is(Buffer.from(second.get(prefix, 'a')!).toString(), 'second');
  await second.close();
  await first.close();
});

test('names are unique, so that no two actors have one store', async (t) => {
  await withStore(
    await directoryFor(t),
    async (system) => {
      await system.spawn(Keeper, undefined, { name: 'one' });
      await t.throwsAsync(system.spawn(Keeper, undefined, { name: 'one' }), { code: 'ERR_THRUM_NAME_TAKEN' });
    },
    { threads: 2 },
  );
});
