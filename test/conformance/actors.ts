// Actors of the scenes: in a module of their own, so that worker threads find them. Nothing here knows in which world it is.
import * as z from 'zod';
import { actor, ask, type Definition, type Ref, refOf, tell } from '../../lib/index.ts';

/** Keeps what it is told, and answers when there is enough of it. */
export const Notes = actor('conformance/Notes', {
  module: import.meta.url,
  protocol: {
    note: tell(z.string()),
    /** Every note, as soon as there are so many. */
    whenThereAre: ask(z.number(), z.array(z.string()), { concurrent: true }),
  },
  create: () => {
    const notes: string[] = [];
    let waiting: { count: number; resolve: (notes: string[]) => void }[] = [];
    const answer = (): void => {
      for (const { count, resolve } of waiting) if (notes.length >= count) resolve([...notes]);
      waiting = waiting.filter(({ count }) => notes.length < count);
    };
    return {
      note(text) {
        notes.push(text);
        answer();
      },
      whenThereAre: (count) =>
        new Promise((resolve) => {
          waiting.push({ count, resolve });
          answer();
        }),
    };
  },
});

export type NotesRef = Ref<typeof Notes>;
const notesRef = refOf(() => Notes);

/** An error class that travels as itself. */
export class TooMuchError extends Error {
  readonly code = 'E_TOO_MUCH';

  constructor(count: number) {
    super(`${count} is too much`);
    this.name = 'TooMuchError';
  }
}

/** Counts, fails, waits and stops as it is told; notes the beginning and the end of each of its behaviours. */
export const Worker = actor('conformance/Worker', {
  module: import.meta.url,
  args: z.object({ label: z.string(), notes: notesRef }),
  protocol: {
    add: tell(z.number()),
    total: ask(z.void(), z.number()),
    /** Tells so many numbers to somebody, one after the other. */
    count: tell(z.object({ to: notesRef, times: z.number() })),
    fail: tell(z.string()),
    refuse: ask(z.number(), z.number()),
    never: ask(z.void(), z.void()),
    /** Ends when it is aborted, and notes why. */
    untilAborted: ask(z.void(), z.void()),
    /** Holds the mailbox until somebody has been told something. */
    hold: tell(notesRef),
    askSelf: ask(z.void(), z.string()),
    stopYourself: tell(),
  },
  errors: [TooMuchError],
  create: ({ label, notes }, ctx) => {
    notes.tell.note(`${label} begins`);
    ctx.onStop(() => notes.tell.note(`${label} ends`));
    let sum = 0;
    return {
      add(n) {
        sum += n;
      },
      total: () => sum,
      count({ to, times }) {
        for (let i = 0; i < times; i++) to.tell.note(`${label} ${i}`);
      },
      fail(message) {
        throw new Error(message);
      },
      refuse(n) {
        throw new TooMuchError(n);
      },
      never: () => new Promise<never>(() => {}),
      async untilAborted() {
        const { signal } = ctx;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        notes.tell.note(`${label} aborted: ${(signal.reason as Error).name}`);
      },
      async hold(gate) {
        await gate.ask.whenThereAre(1);
      },
      askSelf: async () => {
        try {
          await (ctx.self as Ref<typeof Worker>).ask.total();
          return 'answered';
        } catch (error) {
          return (error as Error).name;
        }
      },
      stopYourself: () => ctx.stop(),
    };
  },
});

export type WorkerRef = Ref<typeof Worker>;

const Hiring = z.object({
  label: z.string(),
  on: z.number().optional(),
  onFailure: z.enum(['restart', 'resume', 'stop', 'escalate']).default('restart'),
  restartsMax: z.number().default(10),
});

const BossProtocol = {
  hire: ask(
    Hiring,
    refOf(() => Worker),
  ),
  /** Answers when the watch has arrived. */
  watch: ask(
    refOf(() => Worker),
    z.void(),
  ),
};

const BossArgs = z.object({ label: z.string(), notes: notesRef });

/** Has workers, on any node, and notes how they end. */
function boss(name: string, strategy: 'one-for-one' | 'one-for-all' | 'rest-for-one') {
  const definition: Definition<typeof BossProtocol, typeof BossArgs> = actor(name, {
    module: import.meta.url,
    args: BossArgs,
    protocol: BossProtocol,
    strategy,
    create: ({ label, notes }, ctx) => {
      notes.tell.note(`${label} begins`);
      ctx.onStop(() => notes.tell.note(`${label} ends`));
      return {
        hire: ({ label: of, on, onFailure, restartsMax }) =>
          ctx.spawn(
            Worker,
            { label: of, notes },
            {
              ...(on !== undefined && { on }),
              supervision: { onFailure, restartsMax, backoff: { firstMs: 1, jitter: 0 } },
            },
          ),
        async watch(worker) {
          ctx.watch(worker, (reason) => {
            const { error } = reason as { error?: Error };
            notes.tell.note(`${reason.type}${error === undefined ? '' : ` ${error.name}: ${error.message}`}`);
          });
          // By the same way, and so after it; one that has stopped has nothing to answer.
          await worker.ask.total().catch(() => undefined);
        },
      };
    },
  });
  return definition;
}

export const Boss = boss('conformance/Boss', 'one-for-one');
export const Conductor = boss('conformance/Conductor', 'one-for-all');
export const Foreman = boss('conformance/Foreman', 'rest-for-one');

/** Puts everything aside until it is told to open; then changes its handlers. */
export const Shop = actor('conformance/Shop', {
  module: import.meta.url,
  args: z.object({ notes: notesRef }),
  protocol: { buy: tell(z.string()), open: tell(), close: tell() },
  create: ({ notes }, ctx) => {
    const closed = {
      buy() {
        ctx.stash();
      },
      open() {
        ctx.unstashAll();
        ctx.become(opened);
        notes.tell.note('open');
      },
      close() {},
    };
    const opened = {
      buy(what: string) {
        notes.tell.note(`sold ${what}`);
      },
      open() {},
      close() {
        notes.tell.note('closed');
        ctx.become(closed);
      },
    };
    return closed;
  },
});

/** Sets timers, and notes them as they come. */
export const Clock = actor('conformance/Clock', {
  module: import.meta.url,
  args: z.object({ notes: notesRef }),
  protocol: { start: tell() },
  create: ({ notes }, ctx) => ({
    async start() {
      ctx.after(60, () => notes.tell.note('after 60'));
      ctx.after(20, () => notes.tell.note('after 20'));
      const cancel = ctx.after(40, () => notes.tell.note('cancelled'));
      cancel();
      let ticks = 0;
      const end = ctx.every(200, () => {
        notes.tell.note(`tick ${++ticks}`);
        if (ticks === 3) end();
      });
      await ctx.sleep(1);
      notes.tell.note('slept');
    },
  }),
});

const somebody = refOf(() => Notes);

/** Uses names and groups where it is. */
export const Clerk = actor('conformance/Clerk', {
  module: import.meta.url,
  protocol: {
    spawn: ask(z.string(), somebody),
    lookup: ask(z.string(), somebody.nullable()),
    lookupOrSpawn: ask(z.string(), somebody),
    join: ask(z.object({ group: z.string(), member: somebody }), z.void()),
    members: ask(z.string(), z.array(somebody)),
  },
  create: (_args, ctx) => ({
    spawn: (name) => ctx.spawn(Notes, undefined, { name }),
    lookup: async (name) => (await ctx.lookup(Notes, name)) ?? null,
    lookupOrSpawn: (name) => ctx.lookupOrSpawn(Notes, undefined, { name }),
    join: ({ group, member }) => ctx.group(Notes, group).join(member),
    members: async (group) => [...(await ctx.group(Notes, group).members())],
  }),
});
