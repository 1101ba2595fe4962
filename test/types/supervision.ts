// Supervision: what a definition, a spawn and a context take.

import { z } from 'zod';
import {
  actor,
  ask,
  type DefinitionSupervision,
  type Directive,
  type Handlers,
  type System,
  type SystemEvent,
  tell,
} from '../../lib/index.ts';
import { Counter } from './actors.ts';
import { type Equal, holds } from './assert.ts';

const module = import.meta.url;

const DoorProtocol = { open: tell(), knock: ask(z.string(), z.boolean()) };

/** Handlers that become hands over are those of the protocol, inferred or not. */
export const Door = actor('types/Door', {
  module,
  protocol: DoorProtocol,
  create: (_args, ctx) => {
    holds<Equal<Parameters<typeof ctx.become>, [handlers: Handlers<typeof DoorProtocol>]>>();
    const closed: Handlers<typeof DoorProtocol> = {
      open: () =>
        ctx.become({
          open() {},
          knock(who) {
            holds<Equal<typeof who, string>>();
            return true;
          },
        }),
      async knock() {
        ctx.stash();
        ctx.unstashAll();
        return false;
      },
    };
    // @ts-expect-error: nothing handles knock
    ctx.become({ open() {} });
    // @ts-expect-error: the reply is a boolean
    ctx.become({ open() {}, knock: () => 'yes' });
    // @ts-expect-error: the protocol has no such message
    ctx.become({ open() {}, knock: () => true, ring() {} });
    return closed;
  },
});

export const Supervised = actor('types/Supervised', {
  module,
  protocol: { work: tell() },
  strategy: 'rest-for-one',
  supervision: {
    onFailure: (error) => {
      holds<Equal<typeof error, Error>>();
      return error instanceof RangeError ? 'resume' : 'escalate';
    },
    restartsMax: Number.POSITIVE_INFINITY,
    withinMs: 1000,
    backoff: { firstMs: 0, maxMs: 10, jitter: 1 },
  },
  create: () => ({ work() {} }),
});

const create = () => ({ work() {} });
const protocol = { work: tell() };

// @ts-expect-error: there is no such strategy
export const WrongStrategy = actor('types/WrongStrategy', { module, protocol, create, strategy: 'all' });

// @ts-expect-error: there is no such directive
export const wrongDirective: DefinitionSupervision = { onFailure: 'reboot' };

// @ts-expect-error: nor may a function give one
export const wrongFunction: DefinitionSupervision = { onFailure: () => 'reboot' };

// @ts-expect-error: a function decides at once
export const lateDirective: DefinitionSupervision = { onFailure: async () => 'stop' };

export async function spawns(system: System): Promise<void> {
  await system.spawn(Counter, {}, { supervision: { onFailure: 'stop' } });
  await system.spawn(Counter, {}, { supervision: { restartsMax: 3, backoff: { firstMs: 50 } } });
  await system.spawn(Counter, {}, { mailbox: { overflow: 'drop-oldest' } });
  // @ts-expect-error: a function can't travel to another thread: it belongs into the definition
  await system.spawn(Counter, {}, { supervision: { onFailure: () => 'stop' } });
  // @ts-expect-error: the strategy is the parent's, in its definition
  await system.spawn(Counter, {}, { supervision: { strategy: 'one-for-all' } });
  // @ts-expect-error: there is no such overflow
  await system.spawn(Counter, {}, { mailbox: { overflow: 'drop' } });
  const counter = await system.spawn(Counter, {});
  system.stop(counter, { drain: true });
  system.stop(counter, { kill: true });
  // @ts-expect-error: there is no such option
  system.stop(counter, { force: true });
}

/** What an event of a failure says. */
export function follows(event: SystemEvent): Directive | 'none' | undefined {
  return event.type === 'failed' ? event.directive : undefined;
}
