// A lent ref, as the other side's compiler sees it.
import type { MessagePort, Worker } from 'node:worker_threads';
import { exposeRef, type Ref } from '../../lib/index.ts';
import { type RemoteRef, remoteRef } from '../../lib/remote/index.ts';
import type { Counter, LibraryProtocol } from './actors.ts';
import { type Equal, holds } from './assert.ts';

export function lends(counter: Ref<typeof Counter>, port: MessagePort, near: Worker) {
  exposeRef(counter, port);
  exposeRef(counter, near, { callsMax: 5, origins: ['https://app.example'] });
  // @ts-expect-error: there is no such option
  exposeRef(counter, port, { calls: 5 });
  // @ts-expect-error: an actor's definition is no ref
  exposeRef({} as typeof Counter, port);
  return remoteRef<typeof Counter>(port, { timeoutMs: 100 });
}

export function uses(counter: RemoteRef<typeof Counter>, library: RemoteRef<typeof LibraryProtocol>): void {
  const accepted = counter.tell.add(2);
  holds<Equal<typeof accepted, Promise<boolean>>>();
  const sent = counter.send.add(2, { signal: AbortSignal.abort() });
  holds<Equal<typeof sent, Promise<void>>>();
  const total = counter.ask.total();
  holds<Equal<typeof total, Promise<number>>>();
  const patient = counter.ask.total(undefined, { timeoutMs: 500 });
  holds<Equal<typeof patient, Promise<number>>>();
  const found = library.ask.find({ title: 'Emma' }, { timeoutMs: 500 });
  holds<Equal<typeof found, Promise<{ copies: number; year?: number | undefined }>>>();

  // @ts-expect-error: the message is a number
  counter.tell.add('2');
  // @ts-expect-error: the message is missing
  counter.send.add();
  // @ts-expect-error: the protocol has no such message
  counter.tell.subtract(2);
  // @ts-expect-error: an ask is not told
  counter.tell.total();
  // @ts-expect-error: options come second
  counter.ask.total({ timeoutMs: 500 });
  // @ts-expect-error: there is no such option
  library.ask.find({ title: 'Emma' }, { timeout: 500 });
}
