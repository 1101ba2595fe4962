// What an actor's behaviour has to provide, and what its handlers are given.

import { z } from 'zod';
import { actor, ask, type Context, type Handlers, refOf, tell } from '../../lib/index.ts';
import { Counter, LibraryProtocol } from './actors.ts';
import { type Equal, holds } from './assert.ts';

const module = import.meta.url;

export const Inferred = actor('types/Inferred', {
  module,
  args: z.object({ start: z.number().default(0), label: z.string().optional() }),
  protocol: {
    note: tell(z.object({ text: z.string(), times: z.number().default(1) })),
    tick: tell(),
    measure: ask(
      z
        .string()
        .transform((text) => text.length)
        .pipe(z.number()),
      z.number(),
    ),
  },
  create: (args, ctx) => {
    // Args and messages arrive as the schema's output side.
    holds<Equal<typeof args, { start: number; label?: string | undefined }>>();
    holds<Equal<ReturnType<typeof ctx.now>, number>>();
    holds<Equal<ReturnType<typeof ctx.random>, number>>();
    holds<Equal<typeof ctx.signal, AbortSignal>>();
    return {
      note(message) {
        holds<Equal<typeof message, { text: string; times: number }>>();
      },
      async tick() {},
      measure(length) {
        holds<Equal<typeof length, number>>();
        return Promise.resolve(length);
      },
    };
  },
});

export const MissingHandler = actor('types/MissingHandler', {
  module,
  protocol: { add: tell(z.number()), total: ask(z.void(), z.number()) },
  // @ts-expect-error: nothing handles total
  create: () => ({ add: () => {} }),
});

export const WrongReply = actor('types/WrongReply', {
  module,
  protocol: { total: ask(z.void(), z.number()) },
  // @ts-expect-error: the reply is a number
  create: () => ({ total: () => 'three' }),
});

export const WrongLateReply = actor('types/WrongLateReply', {
  module,
  protocol: { total: ask(z.void(), z.number()) },
  // @ts-expect-error: the reply is a number, however late
  create: () => ({ total: async () => 'three' }),
});

export const NoReply = actor('types/NoReply', {
  module,
  protocol: { total: ask(z.void(), z.number()) },
  // @ts-expect-error: an ask is answered
  create: () => ({ total: () => {} }),
});

export const WrongMessage = actor('types/WrongMessage', {
  module,
  protocol: { add: tell(z.number()) },
  // @ts-expect-error: the message is a number
  create: () => ({ add: (text: string) => void text }),
});

/** Handlers of tells may end in a call that gives something: nobody looks at it. */
export const Relay = actor('types/Relay', {
  module,
  args: z.object({ to: refOf(() => Counter) }),
  protocol: { add: tell(z.number()), reset: tell() },
  create: ({ to }) => ({
    add: (n) => to.tell.add(n),
    reset: async () => to.tell.reset(),
  }),
});

/** The protocol's handlers as a class: create may return an instance. */
class Shelf implements Handlers<typeof LibraryProtocol> {
  readonly #copies = new Map<string, number>();
  readonly #ctx: Context<typeof LibraryProtocol>;

  constructor(ctx: Context<typeof LibraryProtocol>) {
    this.#ctx = ctx;
  }

  put({ title, copies }: { title: string; copies: number }): void {
    this.#copies.set(title, copies);
    this.#ctx.self.tell.put({ title });
  }

  async find({ title }: { title: string }): Promise<{ copies: number; year?: number }> {
    return { copies: this.#copies.get(title) ?? 0 };
  }

  titles(): string[] {
    return [...this.#copies.keys()];
  }

  clear(): void {
    this.#copies.clear();
  }
}

export const ShelfActor = actor('types/Shelf', {
  module,
  protocol: LibraryProtocol,
  create: (_args, ctx) => new Shelf(ctx),
});

// @ts-expect-error: titles and clear are missing
export class HalfShelf implements Handlers<typeof LibraryProtocol> {
  put(): void {}
  find(): { copies: number } {
    return { copies: 0 };
  }
}

export class WrongShelf implements Handlers<typeof LibraryProtocol> {
  put(): void {}
  // @ts-expect-error: the reply has a number of copies
  find(): { copies: string } {
    return { copies: 'none' };
  }
  // @ts-expect-error: the reply is a list
  titles(): string {
    return '';
  }
  clear(): void {}
}
