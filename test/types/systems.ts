// Systems, contexts, and what spawn takes and gives.

import { z } from 'zod';
import {
  type ActorSummary,
  actor,
  type CloseReport,
  type Context,
  closeOnSignal,
  createSystem,
  type LogLevel,
  type Ref,
  type System,
  type SystemEvent,
  tell,
} from '../../lib/index.ts';
import { Counter, Greeter, Library } from './actors.ts';
import { type Equal, holds, type Interchangeable } from './assert.ts';

export async function creates(): Promise<void> {
  const system = await createSystem();
  holds<Equal<typeof system, System>>();
  const wide = await createSystem({ threads: 2 });
  holds<Equal<typeof wide, System>>();
  const closed = system.close();
  holds<Equal<typeof closed, Promise<CloseReport>>>();
  // @ts-expect-error: a number of threads is a number
  await createSystem({ threads: '2' });
  // @ts-expect-error: there is no such option
  await createSystem({ thread: 2 });
}

/** The methods of pino's and winston's loggers, as far as they matter. */
interface PinoLike {
  debug: PinoMethod;
  info: PinoMethod;
  warn: PinoMethod;
  error: PinoMethod;
}
interface PinoMethod {
  <T>(fields: T, text?: string, ...args: unknown[]): void;
  (text: string, ...args: unknown[]): void;
}
interface WinstonLike {
  debug: WinstonMethod;
  info: WinstonMethod;
  warn: WinstonMethod;
  error: WinstonMethod;
}
interface WinstonMethod {
  (text: string, callback: () => void): WinstonLike;
  (text: string, ...meta: unknown[]): WinstonLike;
  (fields: object): WinstonLike;
}

export async function logs(pino: PinoLike, winston: WinstonLike): Promise<void> {
  await createSystem({ log: 'debug' });
  await createSystem({ log: console });
  await createSystem({ log: pino });
  await createSystem({ log: winston });
  await createSystem({
    log: ({ level, text, event }) => {
      holds<Equal<typeof level, LogLevel>>();
      holds<Equal<typeof text, string>>();
      holds<Equal<typeof event, SystemEvent>>();
    },
  });
  // @ts-expect-error: there is no such level
  await createSystem({ log: 'loud' });
  // @ts-expect-error: a logger has a method for each level
  await createSystem({ log: { error() {} } });
  await createSystem({ slowHandlerMs: false, observe: true });
  // @ts-expect-error: milliseconds, or false
  await createSystem({ slowHandlerMs: true });
}

export async function watches(system: System): Promise<void> {
  const { nodes, askLatency, waiting } = system.metrics();
  holds<Equal<typeof waiting, number>>();
  holds<Equal<(typeof nodes)[number]['heapUsedBytes'], number>>();
  holds<Equal<typeof askLatency.p99Ms, number>>();
  const { actors } = await system.actors({ limit: 10 });
  holds<Equal<(typeof actors)[number], ActorSummary>>();
  const { left } = await system.close({ drain: true, timeoutMs: 1000 });
  holds<Equal<typeof left, readonly string[]>>();
  const off = closeOnSignal(system, { signals: ['SIGHUP'], exit: 0 });
  holds<Equal<typeof off, () => void>>();
  // @ts-expect-error: no such signal
  closeOnSignal(system, { signals: ['SIGNONE'] });
}

export async function spawns(system: System): Promise<void> {
  const counter = await system.spawn(Counter, { start: 1 });
  holds<Interchangeable<typeof counter, Ref<typeof Counter>>>();
  const total = await counter.ask.total();
  holds<Equal<typeof total, number>>();

  // Args are the schema's input side: a property with a default may be left out.
  await system.spawn(Counter, {});
  await system.spawn(Counter, { start: 1 }, { on: 'any' });
  await system.spawn(Counter, { start: 1 }, { on: 'host', name: 'sum' });
  await system.spawn(Counter, { start: 1 }, { on: 'own', mailbox: { capacity: 10 } });
  // @ts-expect-error: the args have the wrong type
  await system.spawn(Counter, { start: '1' });
  // @ts-expect-error: the args have no such property
  await system.spawn(Counter, { begin: 1 });
  // @ts-expect-error: there is no such option
  await system.spawn(Counter, {}, { where: 'any' });
  // @ts-expect-error: a capacity is a number
  await system.spawn(Counter, {}, { mailbox: { capacity: '10' } });

  const greeter = await system.spawn(Greeter, { greeting: 'Hello' });
  holds<Interchangeable<typeof greeter, Ref<typeof Greeter>>>();
  // @ts-expect-error: the args have a property without a default
  await system.spawn(Greeter, {});
  // @ts-expect-error: the args are missing
  await system.spawn(Greeter);

  // A definition without args is spawned without them.
  const library = await system.spawn(Library);
  holds<Interchangeable<typeof library, Ref<typeof Library>>>();
  await system.spawn(Library, undefined, { on: 'any' });
  // @ts-expect-error: it takes no args
  await system.spawn(Library, { start: 1 });
  // @ts-expect-error: a definition is meant, not its name
  await system.spawn('types/Library');
}

export const Parent = actor('types/Parent', {
  module: import.meta.url,
  args: z.object({ children: z.number() }),
  protocol: { grow: tell() },
  create: (_args, ctx) => {
    holds<Equal<ReturnType<typeof ctx.self.tell.grow>, boolean>>();
    // @ts-expect-error: the actor's own protocol has no such message
    ctx.self.tell.shrink();
    return {
      async grow() {
        const child = await ctx.spawn(Counter, { start: 1 }, { on: 'own' });
        holds<Interchangeable<typeof child, Ref<typeof Counter>>>();
        // @ts-expect-error: the args have the wrong type
        await ctx.spawn(Counter, { start: '1' });
        ctx.watch(child, () => {});
        ctx.after(10, () => child.tell.reset());
        ctx.every(10, () => child.tell.add(1));
        ctx.onStop(() => {});
        ctx.stop(child);
        ctx.stop();
        // @ts-expect-error: a ref is meant, not a definition
        ctx.watch(Counter, () => {});
        // @ts-expect-error: a ref is meant, not a definition
        ctx.stop(Counter);
      },
    };
  },
});

/** A helper may take the context of whatever actor calls it. */
export function later(ctx: Context, work: () => void): void {
  ctx.after(10, work);
}

export const Delegating = actor('types/Delegating', {
  module: import.meta.url,
  protocol: { work: tell() },
  create: (_args, ctx) => ({ work: () => later(ctx, () => {}) }),
});
