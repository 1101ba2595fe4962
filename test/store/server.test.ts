// The store's thread, as nodes see it over their ports.
import { MessageChannel } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { StoreError } from '../../lib/index.ts';
import type { Volume } from '../../lib/protocol/storage.ts';
import { portStorage } from '../../lib/store/client.ts';
import { Committer } from '../../lib/store/committer.ts';
import { Disk, type DiskWrite } from '../../lib/store/disk.ts';
import { StoreServer } from '../../lib/store/server.ts';
import { directoryFor } from '../fixtures/stores.ts';

async function serverFor(t: ExecutionContext) {
  const disk = await Disk.open({ directory: await directoryFor(t), fsync: false, verify: true });
  const server = new StoreServer(disk);
  t.teardown(() => server.close());
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    server.attach(port2);
    port1.ref();
    t.teardown(() => port1.close());
    return { storage: portStorage(port1), port: port1 };
  };
  return connect;
}

const put = (volume: Volume, key: string, text: string) => volume.commit([{ key, bytes: Buffer.from(text) }]);
const text = async (volume: Volume, key: string) => Buffer.from((await volume.get(key)) ?? []).toString();

test('an identity has one writer: the one that opened it last, from whichever node', async (t) => {
  const connect = await serverFor(t);
  const before = connect();
  const former = await before.storage.open('identity');
  await put(former, 'a', 'former');
  const underway = put(former, 'b', 'under way');
  const present = await connect().storage.open('identity');
  await underway.catch(() => {});
  const error = await t.throwsAsync(put(former, 'a', 'too late'), { instanceOf: StoreError });
  t.is(error.kind, 'fenced');
  await put(present, 'c', 'present');
  t.is(await text(present, 'a'), 'former');
  t.is(await text(present, 'c'), 'present');
});

test('what a dead node had written is there when its actor begins again elsewhere', async (t) => {
  const connect = await serverFor(t);
  const dying = connect();
  const volume = await dying.storage.open('identity');
  const last = Promise.all(Array.from({ length: 100 }, (_, i) => put(volume, `k${i}`, `${i}`)));
  await last;
  dying.port.close();
  const present = await connect().storage.open('identity');
  t.is((await present.range('k', 'l', 1000)).length, 100);
});

test('a closed store rejects, it never waits for ever', async (t) => {
  const connect = await serverFor(t);
  const { storage, port } = connect();
  const volume = await storage.open('identity');
  volume.close();
  const error = await t.throwsAsync(put(volume, 'a', '1'), { instanceOf: StoreError });
  t.is(error.kind, 'closed');
  const open = storage.open('other');
  port.close();
  await t.throwsAsync(open, { instanceOf: StoreError });
  await t.throwsAsync(storage.open('another'), { instanceOf: StoreError });
});

test('commits that come while one is under way go together, in order, and a failure stops its writers alone', async (t) => {
  const groups: string[][] = [];
  let release: ((error?: Error) => void) | undefined;
  const committer = new Committer((writes) => {
    groups.push(writes.map(({ key }) => key));
    return new Promise((resolve, reject) => {
      release = (error) => (error === undefined ? resolve() : reject(error));
    });
  });
  const [one, other] = [{ failed: undefined }, { failed: undefined }];
  const write = (key: string): DiskWrite[] => [{ prefix: Buffer.alloc(16), key, bytes: Buffer.from(key) }];
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = committer.commit(one, write('a'));
  await turn();
  const outcomes = ['b', 'c'].map((key) => committer.commit(one, write(key)));
  const others = committer.commit(other, write('d'));
  t.deepEqual(groups, [['a']]);
  release!(new StoreError('full', 'no space'));
  t.is((await t.throwsAsync(first, { instanceOf: StoreError })).kind, 'full');
  for (const outcome of outcomes)
    t.is((await t.throwsAsync(outcome, { instanceOf: StoreError })).kind, 'full');
  await turn();
  t.deepEqual(groups, [['a'], ['d']]);
  release!();
  await others;
  await t.throwsAsync(committer.commit(one, write('e')), { instanceOf: StoreError });
  await t.notThrowsAsync(committer.settled());
});
