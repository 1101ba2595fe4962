// Whatever happens to a tree of actors, in whatever order: asks settle, messages are accounted for, one message is
// handled at a time and in order, and nothing is left at the end.
import { strict as assert } from 'node:assert';
import test from 'ava';
import fc from 'fast-check';
import * as z from 'zod';
import { actor, type Directive, type Overflow, type Strategy } from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import {
  gate,
  type PuppetContext,
  PuppetProtocol,
  type PuppetRef,
  type Stage,
  stage,
} from '../fixtures/puppets.ts';

/** An actor as the test knows it. */
interface Known {
  ref: PuppetRef | undefined;
  /** The context of the behaviour that has begun and not yet ended. */
  present: PuppetContext | undefined;
  busy: boolean;
  lastNote: number;
  createFails: number;
}

/** The run that is under way. */
let run: Run;

class Run {
  readonly on: Stage = stage();
  readonly actors: Known[] = [];
  readonly gates: ReturnType<typeof gate<void>>[] = [];
  readonly aborts: AbortController[] = [];
  readonly wrong: string[] = [];
  asks = 0;
  settled = 0;
  notes = 0;

  begins(id: number, ctx: PuppetContext): void {
    const known = this.at(id);
    if (known.createFails > 0) {
      known.createFails--;
      throw new Error('create');
    }
    if (known.present !== undefined)
      this.wrong.push(`actor ${id} began before its former behaviour had ended`);
    known.present = ctx;
    known.busy = false;
    ctx.onStop(() => {
      known.present = undefined;
    });
  }

  at(id: number): Known {
    this.actors[id] ??= { ref: undefined, present: undefined, busy: false, lastNote: 0, createFails: 0 };
    return this.actors[id];
  }

  /** The actor that a command means. */
  pick(n: number): Known | undefined {
    const refs = this.actors.filter((known) => known.ref !== undefined);
    return refs[n % refs.length];
  }

  handling(id: number, ctx: PuppetContext, job: number): unknown {
    const known = this.at(id);
    if (known.present !== ctx)
      this.wrong.push(`actor ${id} handles a message with a behaviour that has ended`);
    if (known.busy) this.wrong.push(`actor ${id} handles two messages at a time`);
    const result = jobsOf(job)(ctx);
    if (!(result instanceof Promise)) return result;
    known.busy = true;
    return result.finally(() => {
      if (known.present === ctx) known.busy = false;
    });
  }

  noted(id: number, n: number): void {
    const known = this.at(id);
    if (n <= known.lastNote) this.wrong.push(`actor ${id} got note ${n} after ${known.lastNote}`);
    known.lastNote = n;
  }

  gate(): ReturnType<typeof gate<void>> {
    const made = gate();
    // Whether a handler ever waits for it is up to chance.
    made.passed.catch(() => {});
    this.gates.push(made);
    return made;
  }

  asked(asking: Promise<unknown>): void {
    this.asks++;
    asking.then(
      () => this.settled++,
      () => this.settled++,
    );
  }
}

const jobs: ((ctx: PuppetContext) => unknown)[] = [];
const jobsOf = (job: number) => jobs[job]!;
const job = (fn: (ctx: PuppetContext) => unknown): number => jobs.push(fn) - 1;

const define = (strategy: Strategy) =>
  actor(`anything/${strategy}`, {
    args: z.object({ id: z.number() }),
    protocol: PuppetProtocol,
    strategy,
    create: ({ id }, ctx) => {
      run.begins(id, ctx);
      return {
        note: (n) => run.noted(id, Number(n)),
        run: (job) => run.handling(id, ctx, job),
        answer: (job) => run.handling(id, ctx, job),
        later: (job) => jobsOf(job)(ctx),
      };
    },
  });

const strategies = ['one-for-one', 'one-for-all', 'rest-for-one'] as const;
const definitions = strategies.map(define);

interface Settings {
  strategy: number;
  onFailure: Directive;
  overflow: Overflow;
  capacity: number;
  restartsMax: number;
}

function optionsOf({ onFailure, overflow, capacity, restartsMax }: Settings) {
  return {
    mailbox: { capacity, overflow },
    supervision: { onFailure, restartsMax, backoff: { firstMs: 5, maxMs: 40, jitter: 0 } },
  };
}

const boom = (): never => {
  throw new Error('boom');
};

/** A job that puts its message aside at its first time. */
function stashing(): number {
  let times = 0;
  return job((ctx) => (times++ === 0 ? ctx.stash() : undefined));
}

/** What may happen: each takes the actor it happens to, a number, and settings. */
const commands: Record<string, (actor: PuppetRef, n: number, settings: Settings) => void> = {
  tell: (actor) => void actor.tell.note(String(++run.notes)),
  send: (actor) => run.asked(actor.send.run(job(() => {}))),
  ask: (actor, n) => run.asked(actor.ask.answer(job(() => n))),
  askBriefly: (actor, n) =>
    run.asked(
      actor.ask.answer(
        job(() => n),
        { timeoutMs: 1 + n },
      ),
    ),
  askAbortably: (actor, n) => {
    const controller = new AbortController();
    run.aborts.push(controller);
    run.asked(
      actor.ask.answer(
        job(() => n),
        { signal: controller.signal },
      ),
    );
  },
  abort: (_actor, n) => run.aborts[n % run.aborts.length]?.abort(),
  hold: (actor) => {
    const held = run.gate();
    run.asked(
      actor.ask.answer(
        job(() => held.passed),
        { timeoutMs: Number.POSITIVE_INFINITY },
      ),
    );
  },
  later: (actor) => {
    const held = run.gate();
    run.asked(
      actor.ask.later(
        job(() => held.passed),
        { timeoutMs: Number.POSITIVE_INFINITY },
      ),
    );
  },
  open: (_actor, n) => run.gates[n % run.gates.length]?.open(),
  break: (_actor, n) => run.gates[n % run.gates.length]?.fail(new Error('broken')),
  fail: (actor) => void actor.tell.run(job(boom)),
  failAsked: (actor) => run.asked(actor.ask.answer(job(boom))),
  failLater: (actor, n) => void actor.tell.run(job((ctx) => void ctx.after(n, boom))),
  failCreate: (_actor, n) => {
    const known = run.pick(n);
    if (known !== undefined) known.createFails = 1 + (n % 2);
  },
  stash: (actor) => void actor.tell.run(stashing()),
  stashAsk: (actor) => run.asked(actor.ask.answer(stashing())),
  unstash: (actor) => void actor.tell.run(job((ctx) => ctx.unstashAll())),
  tick: (actor, n) => void actor.tell.run(job((ctx) => void ctx.every(1 + n, () => {}))),
  watch: (actor, n) => {
    const other = run.pick(n)!.ref!;
    actor.tell.run(job((ctx) => void ctx.watch(other, () => {})));
  },
  askAnother: (actor, n) => {
    const other = run.pick(n)!.ref!;
    actor.tell.run(
      job(async () => {
        const asking = other.ask.answer(
          job(() => n),
          { timeoutMs: 50 },
        );
        run.asked(asking);
        await asking;
      }),
    );
  },
  spawn: (actor, _n, settings) => {
    const id = run.actors.length;
    run.at(id);
    actor.tell.run(
      job(async (ctx) => {
        const definition = definitions[settings.strategy]!;
        const ref = await ctx.spawn(definition, { id }, optionsOf(settings));
        run.at(id).ref = ref as unknown as PuppetRef;
      }),
    );
  },
  stopSelf: (actor) => void actor.tell.run(job((ctx) => ctx.stop())),
  stop: (actor, n) => run.on.stop(actor, [{}, { drain: true }, { kill: true }][n % 3]),
};

const settingsOf = fc.record({
  strategy: fc.nat(2),
  onFailure: fc.constantFrom<Directive>('restart', 'restart', 'resume', 'stop', 'escalate'),
  overflow: fc.constantFrom<Overflow>('reject', 'drop-newest', 'drop-oldest'),
  capacity: fc.constantFrom(1, 2, 1000),
  restartsMax: fc.constantFrom(1, 1000),
});

const step = fc.record({
  what: fc.oneof(
    fc.constantFrom(...Object.keys(commands)),
    // More of what makes trees and failures, and time for them.
    fc.constantFrom('spawn', 'fail', 'ask', 'advance', 'advance', 'settle', 'settle'),
  ),
  actor: fc.nat(20),
  n: fc.nat(20),
  settings: settingsOf,
});

for (const kill of [false, true]) {
  test.serial(
    `a tree of actors that is ${kill ? 'killed' : 'stopped'} leaves nothing, whatever has happened`,
    async (t) => {
      await fc.assert(
        fc.asyncProperty(settingsOf, fc.array(step, { maxLength: 60 }), async (settings, steps) => {
          run = new Run();
          const { on } = run;
          run.at(0).ref = (await on.spawnOf(
            definitions[settings.strategy] as never,
            { id: 0 },
            {
              ...optionsOf({ ...settings, restartsMax: 1000 }),
            },
          )) as unknown as PuppetRef;
          for (const { what, actor, n, settings } of steps) {
            if (what === 'advance') await on.world.advance(n * 3);
            else if (what === 'settle') await settle();
            else commands[what]!(run.pick(actor)!.ref!, n, settings);
          }
          if (!kill) for (const { open } of run.gates) open();
          on.stop(run.at(0).ref!, { kill });
          // Time for asks among actors that wait for each other.
          if (!kill) await on.world.advance(2000);
          await settle();
          const { node, world } = on;
          const left = node.cells.all().map((cell) => `${cell.path} ${cell.state}`);
          const [accepted, done] = world.pressure.counters;
          assert.deepEqual(
            {
              left,
              wrong: run.wrong,
              asks: run.settled,
              open: node.asks.size,
              waiting: accepted! - done!,
              timers: world.pending,
              cells: node.cells.size,
            },
            { left: [], wrong: [], asks: run.asks, open: 0, waiting: 0, timers: 0, cells: 0 },
          );
        }),
        { numRuns: 150 },
      );
      t.pass();
    },
  );
}
