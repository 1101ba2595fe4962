// Refs inside messages, and protocols that refer to each other, keep their exact types.

import { z } from 'zod';
import { actor, ask, type Handlers, type Ref, refOf, tell } from '../../lib/index.ts';
import { Counter } from './actors.ts';
import { type Equal, holds, type Interchangeable } from './assert.ts';

const module = import.meta.url;

/** A ref named by a definition, in a message and in a reply. */
export const Auditor = actor('types/Auditor', {
  module,
  protocol: {
    audit: tell(z.object({ counter: refOf(() => Counter), limit: z.number() })),
    latest: ask(z.void(), z.object({ counter: refOf(() => Counter).optional() })),
  },
  create: () => {
    let latest: Ref<typeof Counter> | undefined;
    return {
      async audit({ counter, limit }) {
        holds<Interchangeable<typeof counter, Ref<typeof Counter>>>();
        const total = await counter.ask.total({ timeoutMs: 500 });
        holds<Equal<typeof total, number>>();
        // @ts-expect-error: the ref keeps its protocol: the message is a number
        counter.tell.add('2');
        // @ts-expect-error: the ref keeps its protocol: there is no such message
        counter.tell.subtract(limit);
        latest = counter;
      },
      latest: () => (latest === undefined ? {} : { counter: latest }),
    };
  },
});

export async function audits(
  auditor: Ref<typeof Auditor>,
  counter: Ref<typeof Counter>,
  other: Ref<{ greet: ReturnType<typeof greet> }>,
): Promise<void> {
  auditor.tell.audit({ counter, limit: 3 });
  // @ts-expect-error: a ref of another protocol
  auditor.tell.audit({ counter: other, limit: 3 });
  // @ts-expect-error: an actor's ref is meant, not its definition
  auditor.tell.audit({ counter: Counter, limit: 3 });
  const { counter: latest } = await auditor.ask.latest();
  holds<Interchangeable<typeof latest, Ref<typeof Counter> | undefined>>();
}
const greet = () => ask(z.string(), z.string());

/** Two protocols that refer to each other: getters let TypeScript infer both, without an annotation. */
export const PingProtocol = {
  get ping() {
    return tell(z.object({ from: refOf(() => PongProtocol), count: z.number() }));
  },
  get rounds() {
    return ask(z.void(), z.number());
  },
};

export const PongProtocol = {
  get pong() {
    return tell(z.object({ from: refOf(() => PingProtocol), count: z.number() }));
  },
  get opponent() {
    return ask(
      z.void(),
      refOf(() => PingProtocol),
    );
  },
};

export const Ping = actor('types/Ping', {
  module,
  protocol: PingProtocol,
  create: (_args, ctx) => {
    let rounds = 0;
    return {
      ping({ from, count }) {
        holds<Interchangeable<typeof from, Ref<typeof PongProtocol>>>();
        holds<Equal<typeof count, number>>();
        rounds += 1;
        from.tell.pong({ from: ctx.self, count: count - 1 });
        // @ts-expect-error: the count is a number
        from.tell.pong({ from: ctx.self, count: 'one' });
        // @ts-expect-error: the answer to a ping is a pong
        from.tell.ping({ from: ctx.self, count });
        // @ts-expect-error: a pong comes from a ping's actor, not from a pong's
        from.tell.pong({ from, count });
      },
      rounds: () => rounds,
    };
  },
});

export class Opponent implements Handlers<typeof PongProtocol> {
  readonly #opponent: Ref<typeof PingProtocol>;

  constructor(opponent: Ref<typeof PingProtocol>) {
    this.#opponent = opponent;
  }

  pong({ from, count }: { from: Ref<typeof PingProtocol>; count: number }): void {
    from.ask.rounds().then((rounds) => {
      holds<Equal<typeof rounds, number>>();
      return rounds + count;
    });
  }

  opponent(): Ref<typeof PingProtocol> {
    return this.#opponent;
  }
}

export async function plays(ping: Ref<typeof PingProtocol>, pong: Ref<typeof PongProtocol>): Promise<void> {
  ping.tell.ping({ from: pong, count: 3 });
  // @ts-expect-error: a ping comes from a pong's actor
  ping.tell.ping({ from: ping, count: 3 });
  const opponent = await pong.ask.opponent();
  holds<Interchangeable<typeof opponent, Ref<typeof PingProtocol>>>();
  const rounds = await opponent.ask.rounds();
  holds<Equal<typeof rounds, number>>();
}

/** A protocol that refers to itself. */
export const NodeProtocol = {
  get join() {
    return ask(z.object({ peer: refOf(() => NodeProtocol) }), z.array(refOf(() => NodeProtocol)));
  },
};

export async function joins(node: Ref<typeof NodeProtocol>): Promise<void> {
  const peers = await node.ask.join({ peer: node });
  holds<Interchangeable<typeof peers, Ref<typeof NodeProtocol>[]>>();
  await peers[0]?.ask.join({ peer: node });
  // @ts-expect-error: the protocol has no such message
  peers[0]?.ask.leave();
}
