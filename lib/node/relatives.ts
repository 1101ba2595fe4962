// What passes between an actor and its parent or children, wherever each of them lives: ends, failures, and the steps
// of a restart that takes siblings along.
import type { Cell } from '../cell/cell.ts';
import { GroupRestart } from '../cell/groupRestart.ts';
import { begin, childrenGone, fail, halt, requestStop } from '../cell/lifecycle.ts';
import type { Address } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import { idOf } from './locations.ts';
import type { ActorNode } from './node.ts';

export class Relatives {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
  }

  /** Where the actor was first started: what others know it by. */
  private identityOf(cell: Cell): ActorId {
    return cell.belongings?.home ?? { node: this.node.nodeId, cell: cell.id };
  }

  /** Calls `here` with the actor where it lives on this node, `there` with its place where it lives on another. */
  private reach(ref: Address, here: (cell: Cell) => void, there: (at: ActorId) => void): void {
    const { node } = this;
    const at = node.refs.where(ref);
    if (at === 'pending') return;
    if (at.node !== node.nodeId) return there(at);
    const cell = node.cells.get(at.cell);
    if (cell !== undefined) here(cell);
  }

  stop(ref: Address, drain: boolean, kill: boolean): void {
    const { node } = this;
    if (node.refs.where(ref) === 'pending') return node.world.control.cancel(ref.id);
    this.reach(
      ref,
      (cell) => requestStop(cell, drain, kill),
      (at) => void node.outbox.stop(at.node, at.cell, drain, kill),
    );
  }

  /** A cell has stopped for good: its parent no longer waits for it. */
  stopped(cell: Cell): void {
    if (cell.parent === undefined) return;
    const child = this.identityOf(cell);
    this.reach(
      cell.parent,
      (parent) => {
        if (cell.belongings?.home !== undefined) return this.farChildStopped(parent, idOf(child));
        parent.belongings?.nearStopped(cell);
        if (cell.kind.grouped) parent.belongings?.forgetOrdered(idOf(child));
        childrenGone(parent);
      },
      (at) => void this.node.outbox.childStopped(at.node, at.cell, child),
    );
  }

  /** A child on another node is gone. */
  farChildStopped(parent: Cell, id: string): void {
    parent.own().farStopped(id);
    childrenGone(parent);
  }

  /** A cell has failed, and its parent with it. */
  escalate(cell: Cell, error: Error): void {
    if (cell.parent === undefined) return;
    this.reach(
      cell.parent,
      (parent) => fail(parent, `child ${cell.path}`, error),
      (at) => void this.node.outbox.escalated(at.node, at.cell, this.identityOf(cell), cell.path, error),
    );
  }

  /** A behaviour has ended and waits for the parent's word. */
  halted(cell: Cell, delayMs: number): void {
    const child = this.identityOf(cell);
    this.reach(
      cell.parent!,
      (parent) => this.childHalted(parent, idOf(child), delayMs),
      (at) => void this.node.outbox.halted(at.node, at.cell, child, delayMs),
    );
  }

  childHalted(parent: Cell, id: string, delayMs: number): void {
    const { state } = parent;
    // Elsewhere its children stop anyway.
    if (state !== 'running' && state !== 'restarting' && state !== 'stopping') return;
    const own = parent.own();
    own.group ??= new GroupRestart(parent);
    own.group.childHalted(id, delayMs);
  }

  haltChild(child: Address): void {
    this.reach(child, halt, (at) => void this.node.outbox.halt(at.node, at.cell));
  }

  beginChild(child: Address): void {
    this.reach(child, begin, (at) => void this.node.outbox.begin(at.node, at.cell));
  }

  /** A node has died; `survives` says who begins again elsewhere. */
  nodeDown(node: number, survives: (child: ActorId) => boolean): void {
    for (const cell of this.node.cells.all()) {
      cell.belongings?.nodeDown(
        (child) => this.isAt(child, node),
        (child) => survives(this.node.refs.identify(child)),
      );
      childrenGone(cell);
      // A parent that begins again starts its children anew.
      if (cell.parent !== undefined && this.isAt(cell.parent, node)) requestStop(cell, false);
    }
  }

  private isAt(ref: Address, node: number): boolean {
    const at = this.node.refs.where(ref);
    return at !== 'pending' && at.node === node;
  }
}
