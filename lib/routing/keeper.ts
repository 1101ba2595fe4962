// The actor behind a pool: parent of the members, which it starts, watches, replaces and drains. Its context is also
// where the pool's time and chance come from, so that a pool runs wherever its actors run.
import * as z from 'zod';
import { type Waits, waitAfter } from '../cell/backoff.ts';
import type { ActorRef } from '../node/refs.ts';
import type { Definition } from '../protocol/actor.ts';
import type { Context } from '../protocol/context.ts';
import { ActorStoppedError } from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address } from '../protocol/ref.ts';
import type { Settings } from './options.ts';
import type { PoolHome } from './pool.ts';
import { Member, type Roster } from './roster.ts';

const replacing: Waits = { firstMs: 10, maxMs: 10_000, jitter: 0.2 };
/** A member that has lived so long is replaced without counting what was before. */
const soundAfterMs = 10_000;

const protocol = {};

/** What the keeper knows of a slot beyond its member. */
interface Slot {
  startedAt: number;
  /** Ends in a row that came soon. */
  earlyEnds: number;
}

/** Starts the actor behind a pool, on the node where the pool is made: the host for a system's, beside its parent for that of a context. */
export async function spawnKeeper(home: PoolHome, of: string, begin: (ctx: Context) => void): Promise<void> {
  await home.spawn(keeperDefinition(of, begin), undefined, 'self' in home ? {} : { on: 'host' });
}

/**
 * The definition of one pool's keeper. It isn't in the table of definitions: it never leaves its node, and what it is
 * made for is handed to it as a closure.
 */
function keeperDefinition(of: string, begin: (ctx: Context) => void): Definition {
  const definition: Definition<typeof protocol, z.ZodVoid> = {
    kind: 'thrum/actor',
    name: `pool of ${of}`,
    module: undefined,
    protocol,
    args: z.void(),
    errors: [],
    // A member that fails for good is replaced; the others go on.
    supervision: { onFailure: 'resume' },
    strategy: 'one-for-one',
    create: (_args, ctx) => {
      begin(ctx);
      return {};
    },
  };
  return definition as unknown as Definition;
}

export class Keeper {
  private readonly context: Context;
  private readonly definition: Definition;
  private readonly settings: Settings;
  private readonly roster: Roster;
  private readonly slots: Slot[] = [];
  /** Those that handle what they still have. */
  private readonly draining = new Map<string, () => void>();
  /** Resizes go one after the other. */
  private resized: Promise<void> = Promise.resolve();
  private replacements = 0;
  /** Resolves when the keeper and all members have stopped. */
  readonly stopped: Promise<void>;

  constructor(context: Context, definition: Definition, settings: Settings, roster: Roster) {
    this.context = context;
    this.definition = definition;
    this.settings = settings;
    this.roster = roster;
    this.stopped = new Promise((resolve) => {
      context.onStop(() => {
        roster.close();
        for (const gone of this.draining.values()) gone();
        resolve();
      });
    });
  }

  /** Members that were started in the place of others. */
  get replaced(): number {
    return this.replacements;
  }

  /** Brings the pool to `size` members; resolves when new ones are there and surplus ones have stopped. */
  resize(size: number): Promise<void> {
    const done = this.resized.then(() => this.resizeNow(size));
    this.resized = done.catch(() => {});
    return done;
  }

  stop(): Promise<void> {
    this.roster.close();
    this.context.stop();
    return this.stopped;
  }

  private async resizeNow(size: number): Promise<void> {
    const { roster } = this;
    if (roster.closed) throw new ActorStoppedError(this.context.self.path, 'resize');
    if (size > roster.size) await this.grow(size);
    else await this.shrink(size);
  }

  private async grow(size: number): Promise<void> {
    const { roster } = this;
    const before = roster.size;
    const starts = Array.from({ length: size - before }, (_, i) => this.start(before + i));
    const outcomes = await Promise.allSettled(starts);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    const members = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (failure !== undefined || roster.closed) {
      for (const { ref } of members) this.context.stop(ref as Address);
      throw failure?.reason ?? new ActorStoppedError(this.context.self.path, 'resize');
    }
    // All at once: with each size more keys move.
    roster.resize(size);
    for (const member of members) this.admit(member);
  }

  private async shrink(size: number): Promise<void> {
    const { roster, context } = this;
    const surplus = roster.slots.slice(size).filter((member) => member !== undefined);
    for (const member of surplus) roster.leave(member, true);
    roster.resize(size);
    const gone = surplus.map(({ ref }) => new Promise<void>((resolve) => this.draining.set(ref.id, resolve)));
    for (const { ref } of surplus) context.stop(ref as Address, { drain: true });
    await Promise.all(gone);
  }

  private async start(slot: number): Promise<Member> {
    const { definition, settings, context } = this;
    const options = { ...settings.spawn, on: settings.on(slot) };
    this.slots[slot] ??= { startedAt: 0, earlyEnds: 0 };
    this.slots[slot].startedAt = context.now();
    const ref = await context.spawn(definition, settings.args(slot) as never, options);
    return new Member(slot, ref as unknown as ActorRef);
  }

  /** From now on it takes messages, and is missed when it is gone. */
  private admit(member: Member): void {
    this.roster.join(member);
    this.context.watch(member.ref as Address, (reason) => this.ended(member, reason));
  }

  private ended(member: Member, reason: StopReason): void {
    const { ref, slot } = member;
    const drained = this.draining.get(ref.id);
    if (drained !== undefined) {
      this.draining.delete(ref.id);
      return drained();
    }
    // It would begin again elsewhere, and there would be two.
    if (reason.type === 'nodeDown') this.context.stop(ref as Address);
    if (this.roster.slots[slot] !== member) return;
    const { replace } = this.settings;
    this.roster.leave(member, !replace);
    if (replace) this.replaceLater(slot);
  }

  private replaceLater(slot: number): void {
    const { context } = this;
    const known = this.slots[slot]!;
    const soon = context.now() - known.startedAt < soundAfterMs;
    known.earlyEnds = soon ? known.earlyEnds + 1 : 1;
    const waitMs = waitAfter(known.earlyEnds - 1, replacing, context.random());
    context.after(waitMs, () => void this.replace(slot));
  }

  private async replace(slot: number): Promise<void> {
    const { roster, context } = this;
    const isWanted = (): boolean => !roster.closed && slot < roster.size && roster.slots[slot] === undefined;
    if (!isWanted()) return;
    try {
      const member = await this.start(slot);
      if (!isWanted()) return context.stop(member.ref as Address);
      this.replacements++;
      this.admit(member);
    } catch (error) {
      if (!isWanted()) return;
      context.log.warn('a member of a pool could not be replaced yet', {
        definition: this.definition.name,
        slot,
        error: String(error),
      });
      this.replaceLater(slot);
    }
  }
}
