// Names and groups: a definition says what is found, and who may join.

import { z } from 'zod';
import { actor, ask, type Context, type Group, type Ref, type System } from '../../lib/index.ts';
import { Counter, Greeter, Library } from './actors.ts';
import { type Equal, holds, type Interchangeable } from './assert.ts';

export async function names(system: System, ctx: Context): Promise<void> {
  const found = await system.lookup(Counter, 'sum');
  holds<Interchangeable<typeof found, Ref<typeof Counter> | undefined>>();
  const total = found?.ask.total();
  holds<Equal<typeof total, Promise<number> | undefined>>();
  await ctx.lookup(Counter, 'sum', { timeoutMs: 500, signal: new AbortController().signal });
  // @ts-expect-error: there may be none
  found.tell.reset();
  // @ts-expect-error: the message has the wrong type
  found?.tell.add('2');
  // @ts-expect-error: the protocol has no such message
  found?.tell.subtract(2);
  // @ts-expect-error: a definition is meant, not its name
  await system.lookup('types/Counter', 'sum');
  // @ts-expect-error: the name is missing
  await ctx.lookup(Counter);

  const single = await system.lookupOrSpawn(Counter, { start: 1 }, { name: 'sum' });
  holds<Interchangeable<typeof single, Ref<typeof Counter>>>();
  const child = await ctx.lookupOrSpawn(Greeter, { greeting: 'Hello' }, { name: 'g', on: 'own' });
  holds<Interchangeable<typeof child, Ref<typeof Greeter>>>();
  await system.lookupOrSpawn(Library, undefined, { name: 'books' });
  // @ts-expect-error: without a name there is nothing to look up
  await system.lookupOrSpawn(Counter, { start: 1 }, { on: 'any' });
  // @ts-expect-error: without a name there is nothing to look up
  await ctx.lookupOrSpawn(Counter, { start: 1 });
  // @ts-expect-error: the args have the wrong type
  await system.lookupOrSpawn(Counter, { start: '1' }, { name: 'sum' });
  // @ts-expect-error: the args have a property without a default
  await ctx.lookupOrSpawn(Greeter, {}, { name: 'g' });
}

export async function groups(
  system: System,
  ctx: Context,
  counter: Ref<typeof Counter>,
  greeter: Ref<typeof Greeter>,
): Promise<void> {
  const counters = system.group(Counter, 'counters');
  holds<Interchangeable<typeof counters, Group<(typeof Counter)['protocol']>>>();
  await counters.join(counter);
  await counters.leave(counter);
  const [first] = await counters.members();
  holds<Interchangeable<typeof first, Ref<typeof Counter> | undefined>>();
  const end = ctx.group(Counter, 'counters').watch((members) => {
    for (const member of members) member.tell.add(1);
    // @ts-expect-error: the message has the wrong type
    members[0]?.tell.add('1');
    // @ts-expect-error: the array is shared between watchers
    members.push(counter);
  });
  holds<Equal<typeof end, () => void>>();
  // @ts-expect-error: another protocol
  await counters.join(greeter);
  // @ts-expect-error: another protocol
  await ctx.group(Counter, 'counters').leave(greeter);
  // @ts-expect-error: a definition is meant, not its name
  system.group('types/Counter', 'counters');
  // @ts-expect-error: the name is missing
  ctx.group(Counter);
}

/** An actor may speak of its own definition in the statements of `create`. */
export const Worker = actor('types/Worker', {
  module: import.meta.url,
  protocol: { work: ask(z.void(), z.number()) },
  create: (_args, ctx) => {
    void ctx.group(Worker, 'workers').join(ctx.self);
    let others = 0;
    ctx.group(Worker, 'workers').watch((members) => {
      others = members.length - 1;
    });
    return { work: () => others };
  },
});
