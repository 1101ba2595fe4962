// Starts cells that are the runtime's own. They are reached like any other, but nobody sees them: they aren't
// counted among a node's actors, make no events, and end when the node has closed.
import * as z from 'zod';
import { Cell } from '../../cell/cell.ts';
import { requestStop } from '../../cell/lifecycle.ts';
import type { Definition } from '../../protocol/actor.ts';
import type { Context } from '../../protocol/context.ts';
import type { Handlers } from '../../protocol/message.ts';
import { Kinds } from '../kinds.ts';
import type { ActorNode } from '../node.ts';

/** The node where the registry lives. */
export const registryNode = 0;

/**
 * A definition of the runtime's own. It isn't in the table of definitions: an app may use its name, and two copies
 * of the library don't meet there.
 */
export function internalDefinition<P>(
  name: string,
  protocol: P,
  create: (ctx: Context<P>) => Handlers<P>,
): Definition {
  const definition: Definition<P, z.ZodVoid> = {
    kind: 'thrum/actor',
    name,
    module: undefined,
    protocol,
    args: z.void(),
    errors: [],
    supervision: undefined,
    strategy: 'one-for-one',
    create: (_args, ctx) => create(ctx),
  };
  return definition as unknown as Definition;
}

/** Starts an actor of the runtime's own under a number that {@link CellTable} keeps or has given. */
export function startInternal(node: ActorNode, definition: Definition, id: number): Cell {
  const kind = new Kinds(node).of(definition, undefined, false);
  const cell = new Cell(kind, id, undefined, undefined);
  cell.own().name = definition.name;
  node.cells.setInternal(cell);
  cell.start();
  return cell;
}

/** Stops them all: what still waits for them is refused. */
export async function stopInternals(node: ActorNode): Promise<void> {
  const stops = [...node.cells.internals].map(
    (cell) =>
      new Promise<void>((resolve) => {
        cell.own().addStopCallback(resolve);
        requestStop(cell, false);
      }),
  );
  await Promise.all(stops);
}
