// Pools: what they can be told and asked, and in whose place they stand.

import { z } from 'zod';
import {
  actor,
  ask,
  type Context,
  type Gathered,
  type Pool,
  type PoolOf,
  pool,
  poolOf,
  type Recipient,
  type Ref,
  type System,
  tell,
} from '../../lib/index.ts';
import { type Equal, holds } from './assert.ts';

const Shop = actor('types/Shop', {
  args: z.object({ slot: z.number() }),
  protocol: {
    add: tell(z.number()),
    close: tell(),
    total: ask(z.void(), z.number()),
    find: ask(z.string(), z.boolean()),
  },
  create: () => ({ add() {}, close() {}, total: () => 0, find: () => true }),
});
const Plain = actor('types/Plain', { protocol: { add: tell(z.number()) }, create: () => ({ add() {} }) });

export async function use(system: System, ctx: Context, ref: Ref<typeof Shop>): Promise<void> {
  const shops = await pool(system, Shop, 3, { args: (slot) => ({ slot }) });
  const accepted = shops.tell.add(1);
  const total = await shops.ask.total({ timeoutMs: 5 });
  const gathered = await shops.gather.find('x', { first: 1 });
  const told = shops.broadcast.close();
  holds<Equal<typeof accepted, boolean>>();
  holds<Equal<typeof total, number>>();
  holds<Equal<typeof gathered, Gathered<boolean>>>();
  holds<Equal<typeof told, number>>();
  const either: Recipient<typeof Shop>[] = [shops, ref];
  await either[0]!.ask.find('x');
  await pool(ctx, Plain, 2);
  await pool(system, Shop, 2, { args: { slot: 1 }, hedge: { messages: ['find'] } });

  // @ts-expect-error: arguments are missing
  await pool(system, Shop, 2);
  // @ts-expect-error: the wrong arguments
  await pool(system, Shop, 2, { args: { slot: 'one' } });
  // @ts-expect-error: a tell has no second copy
  await pool(system, Shop, 2, { args: { slot: 1 }, hedge: { messages: ['add'] } });
  // @ts-expect-error: only asks are gathered
  shops.gather.add(1);
  // @ts-expect-error: only tells are broadcast
  shops.broadcast.find('x');
  // @ts-expect-error: a pool is no ref
  const no: Ref<typeof Shop> = shops;
  const over = await poolOf(system, Shop, [ref], { route: { key: (message, name) => `${name} ${message}` } });
  holds<Equal<typeof over, PoolOf<(typeof Shop)['protocol']>>>();
  const inGroup = await poolOf(ctx, Shop, ctx.group(Shop, 'shops'), { hedge: { messages: ['find'] } });
  const found = await inGroup.ask.find('x');
  holds<Equal<typeof found, boolean>>();
  // @ts-expect-error: a group of others
  await poolOf(ctx, Shop, ctx.group(Plain, 'shops'));
  // @ts-expect-error: a ref of another protocol
  await poolOf(ctx, Shop, [await ctx.spawn(Plain)]);
  // @ts-expect-error: it starts nobody
  await poolOf(ctx, Shop, [ref], { args: { slot: 1 } });
  // @ts-expect-error: how many there are is for others to say
  await over.resize(2);
  const other: Pool<(typeof Plain)['protocol']> = await pool(ctx, Plain, 1);
  // @ts-expect-error: another protocol
  const wrong: Recipient<typeof Shop> = other;
  void [no, wrong];
}
