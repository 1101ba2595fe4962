// Looks at the cells of a node, for tools.
import type { Cell } from '../cell/cell.ts';
import type { ActorInspection, ActorState, ActorSummary } from '../protocol/inspection.ts';
import type { ActorNode } from './node.ts';

/** Actors of a node. */
export interface ActorListing {
  readonly actors: readonly ActorSummary[];
  /** How many there are, listed or not. */
  readonly total: number;
}

const childrenMax = 1000;

/** `undefined`: there is no such cell any more. */
export function inspectCell(node: ActorNode, id: number): ActorInspection | undefined {
  const cell = node.cells.get(id);
  if (cell === undefined) return undefined;
  const children: string[] = [];
  let childCount = 0;
  const note = (child: { readonly path: string }): void => {
    if (childCount++ < childrenMax) children.push(child.path);
  };
  cell.belongings?.forEachNear(note);
  cell.belongings?.forEachFar(note);
  return {
    path: cell.path,
    node: node.nodeId,
    definition: cell.kind.definition.name,
    state: stateOf(cell),
    busy: cell.held,
    mailbox: { waiting: cell.waiting, capacity: cell.kind.mailboxCapacity },
    parent: cell.parent?.path,
    children,
    childCount,
    watchers: node.watches.watcherCount(id),
  };
}

/** The first `limit` actors of a node, the oldest places first. */
export function listActors(node: ActorNode, limit: number): ActorListing {
  const actors = node.cells
    .all()
    .slice(0, limit)
    .map((cell) => ({
      path: cell.path,
      node: node.nodeId,
      definition: cell.kind.definition.name,
      state: stateOf(cell),
      waiting: cell.waiting,
    }));
  return { actors, total: node.cells.size };
}

function stateOf(cell: Cell): ActorState {
  if (cell.state === 'running') return 'running';
  return cell.open ? 'restarting' : 'stopping';
}
