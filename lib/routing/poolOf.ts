// A pool over actors that somebody else has started: some refs, or whoever is in a group.

import type * as z from 'zod';
import { ActorRef } from '../node/refs.ts';
import type { Definition } from '../protocol/actor.ts';
import type { Context } from '../protocol/context.ts';
import { checkDefinition } from '../protocol/declared.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { Group } from '../protocol/group.ts';
import { isRef, type Ref, speaks } from '../protocol/ref.ts';
import { protocolTable } from '../wire/protocolTable.ts';
import { Follower } from './follower.ts';
import { spawnKeeper } from './keeper.ts';
import { checkSize, type PoolOfOptions, type PoolOptions, type Settings, settingsOf } from './options.ts';
import type { PoolHome, PoolOf } from './pool.ts';
import { Roster } from './roster.ts';
import { RoutedPool } from './routedPool.ts';

/**
 * A pool over actors that are there already. It starts, replaces and stops none of them.
 *
 * Of refs: each is a member until its actor is gone for good; when all are, the pool behaves like the ref of an actor
 * that has stopped. Of a group: whoever is in it is a member, a moment after joining and until a moment after leaving;
 * while nobody is in it, `tell` says `false` and `send` and `ask` wait, an ask within its timeout.
 *
 * By key, a member that joins takes its keys from others, and those of one that leaves are spread over the others; no
 * other keys move.
 *
 * @param home the system, or an actor's context, with which the pool ends
 * @param members refs, at least one, or a group from `system.group` or `ctx.group`; at most 65,536
 * @throws `InvalidOptionError`; for a group also `DefinitionConflictError`, `AskTimeoutError` and `SystemClosedError`
 * @example
 * ```ts
 * const packers = await poolOf(system, Packer, system.group(Packer, 'packers'), { route: 'least-loaded' });
 * const parcel = await packers.ask.pack(order);
 * ```
 */
export async function poolOf<P, A extends z.ZodType>(
  home: PoolHome,
  definition: Definition<P, A>,
  members: readonly Ref<NoInfer<P>>[] | Group<NoInfer<P>>,
  options?: PoolOfOptions<NoInfer<P>>,
): Promise<PoolOf<P>> {
  checkDefinition(definition, 'thrum/actor', 'poolOf');
  const settings = settingsOf(definition.protocol as object, options as PoolOptions<never> | undefined);
  const refs = isGroup(members) ? undefined : checkedRefs(members, definition as unknown as Definition);
  let made: FollowingPool | undefined;
  await spawnKeeper(home, definition.name, (context) => {
    made = new FollowingPool(context, definition as unknown as Definition, settings, refs === undefined);
  });
  const { follower } = made!;
  if (refs !== undefined) follower.watchAll(refs);
  else {
    try {
      await follower.followGroup(definition as unknown as Definition, (members as Group<P>).name);
    } catch (error) {
      await made!.stop();
      throw error;
    }
  }
  return made as unknown as PoolOf<P>;
}

function isGroup(members: unknown): members is Group {
  return typeof (members as Partial<Group> | undefined)?.watch === 'function';
}

/** Each ref once. */
function checkedRefs(members: readonly unknown[], { name, protocol }: Definition): readonly ActorRef[] {
  if (!Array.isArray(members)) {
    throw new InvalidOptionError('the members of a pool must be an array of refs or a group');
  }
  const refs = new Map<string, ActorRef>();
  for (const ref of members as readonly unknown[]) {
    if (!(ref instanceof ActorRef) || !isRef(ref)) {
      throw new InvalidOptionError(`a member of a pool must be a ref of this system, not ${String(ref)}`);
    }
    if (!speaks(ref, protocol as object)) {
      throw new InvalidOptionError(`${ref.path} has another protocol than '${name}'`);
    }
    refs.set(ref.id, ref);
  }
  checkSize(refs.size, 1);
  return [...refs.values()];
}

class FollowingPool extends RoutedPool {
  readonly #follower: Follower;

  constructor(context: Context, definition: Definition, settings: Settings, isOpen: boolean) {
    const nowhere = refToNobody(context, definition);
    const roster = new Roster({ isOpen, nowhere });
    super(context, definition, settings, roster);
    this.#follower = new Follower(context, roster);
  }

  get follower(): Follower {
    return this.#follower;
  }

  override get replaced(): number {
    return 0;
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
  }
}

/** Cells of a node have positive numbers. */
const noCell = -1;

function refToNobody(context: Context, { name, protocol }: Definition): ActorRef {
  const { sender, node } = context.self as unknown as ActorRef;
  return new ActorRef(sender, protocolTable(protocol as object), node, noCell, `${node}/pool of ${name}`);
}
