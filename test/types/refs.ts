// What may be sent through a ref, and what comes back.

import { z } from 'zod';
import { ask, type Ref, tell } from '../../lib/index.ts';
import type { Counter, Greeter, Library, LibraryProtocol } from './actors.ts';
import { type Equal, holds, type Interchangeable } from './assert.ts';

export function tells(counter: Ref<typeof Counter>, library: Ref<typeof LibraryProtocol>): void {
  const accepted = counter.tell.add(2);
  holds<Equal<typeof accepted, boolean>>();
  const acceptedToo = counter.tell.reset();
  holds<Equal<typeof acceptedToo, boolean>>();
  holds<Equal<Parameters<typeof counter.tell.add>, [message: number]>>();
  holds<Equal<Parameters<typeof counter.tell.reset>, []>>();

  // @ts-expect-error: the message is a number
  counter.tell.add('2');
  // @ts-expect-error: the message is missing
  counter.tell.add();
  // @ts-expect-error: there is one message
  counter.tell.add(1, 2);
  // @ts-expect-error: this message carries nothing
  counter.tell.reset(1);
  // @ts-expect-error: the protocol has no such message
  counter.tell.subtract(2);
  // @ts-expect-error: an ask is not told
  counter.tell.total();

  // The caller gives the schema's input side: a property with a default may be left out.
  library.tell.put({ title: 'Emma' });
  library.tell.put({ title: 'Emma', copies: 2 });
  // @ts-expect-error: a property without a default may not
  library.tell.put({ copies: 2 });
  // @ts-expect-error: a property of the message has the wrong type
  library.tell.put({ title: 'Emma', copies: '2' });
  // @ts-expect-error: the message has no such property
  library.tell.put({ title: 'Emma', pages: 2 });
}

export function asks(counter: Ref<typeof Counter>, library: Ref<typeof LibraryProtocol>): void {
  const total = counter.ask.total();
  holds<Equal<typeof total, Promise<number>>>();
  const patient = counter.ask.total({ timeoutMs: 500 });
  holds<Equal<typeof patient, Promise<number>>>();
  const found = library.ask.find({ title: 'Emma' }, { timeoutMs: 500, signal: new AbortController().signal });
  holds<Equal<typeof found, Promise<{ copies: number; year?: number | undefined }>>>();
  const foundInTime = library.ask.find({ title: 'Emma' });
  holds<Equal<typeof foundInTime, typeof found>>();
  const titles = library.ask.titles({ signal: AbortSignal.abort() });
  holds<Equal<typeof titles, Promise<string[]>>>();
  const cleared = library.ask.clear();
  holds<Equal<typeof cleared, Promise<void>>>();

  // @ts-expect-error: the message has the wrong type
  library.ask.find({ title: 1 });
  // @ts-expect-error: the message is missing
  library.ask.find();
  // @ts-expect-error: options are no message
  library.ask.find({ timeoutMs: 500 });
  // @ts-expect-error: there is no such option
  library.ask.find({ title: 'Emma' }, { timeout: 500 });
  // @ts-expect-error: milliseconds are a number
  library.ask.find({ title: 'Emma' }, { timeoutMs: '500' });
  // @ts-expect-error: an ask without a message takes options alone
  counter.ask.total(1);
  // @ts-expect-error: an ask without a message takes nothing before its options
  counter.ask.total(undefined, { timeoutMs: 500 });
  // @ts-expect-error: there is no such option here either
  counter.ask.total({ timeout: 500 });
  // @ts-expect-error: the protocol has no such message
  counter.ask.average();
  // @ts-expect-error: a tell is not asked
  counter.ask.add(2);
}

/** A ref is of one protocol, whether it is named by the protocol or by a definition that has it. */
export function identity(
  counter: Ref<typeof Counter>,
  library: Ref<typeof Library>,
  greeter: Ref<typeof Greeter>,
): void {
  holds<Interchangeable<Ref<typeof Library>, Ref<typeof LibraryProtocol>>>();
  const byProtocol: Ref<typeof LibraryProtocol> = library;
  const byDefinition: Ref<typeof Library> = byProtocol;
  byDefinition.tell.put({ title: 'Emma' });
  // @ts-expect-error: another protocol
  const wrong: Ref<typeof Counter> = greeter;
  // @ts-expect-error: another protocol
  const wrongToo: Ref<typeof Greeter> = counter;
  wrong.tell.reset();
  wrongToo.tell;
}

/** An ask with a message that may be undefined still takes its options second. */
const optional = { look: ask(z.string().optional(), z.boolean()), ring: tell(z.string().optional()) };
export function optionalMessages(ref: Ref<typeof optional>): void {
  const looked = ref.ask.look('here', { timeoutMs: 500 });
  holds<Equal<typeof looked, Promise<boolean>>>();
  ref.ask.look(undefined, { timeoutMs: 500 });
  ref.tell.ring('twice');
  ref.tell.ring(undefined);
  // @ts-expect-error: the message has the wrong type
  ref.tell.ring(2);
}
