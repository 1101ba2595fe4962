// Starts cells that are the runtime's own. They are reached like any other, but nobody sees them: they aren't
// counted among a node's actors, make no events, and end when the node has closed.
import { Cell } from '../../cell/cell.ts';
import type { Definition } from '../../protocol/actor.ts';
import { protocolTable } from '../../wire/protocolTable.ts';
import type { ActorNode } from '../node.ts';

const capacity = 65_536;

/** Starts an actor of the runtime's own under a number that {@link CellTable} keeps or has given. */
export function startInternal(node: ActorNode, definition: Definition, id: number): Cell {
  const table = protocolTable(definition.protocol as object);
  const cell = new Cell(node, definition, table, id, definition.name, undefined, capacity);
  node.cells.setInternal(cell);
  cell.start(undefined);
  return cell;
}

/** Stops them all: what still waits for them is refused. */
export async function stopInternals(node: ActorNode): Promise<void> {
  const stops = [...node.cells.internals].map(
    (cell) =>
      new Promise<void>((resolve) => {
        cell.addStopCallback(resolve);
        cell.requestStop(false);
      }),
  );
  await Promise.all(stops);
}
