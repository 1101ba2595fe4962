// The refs of a node: makes them, and says where the actors behind them are.
import type { Cell } from '../cell/cell.ts';
import { inspectBriefly } from '../protocol/briefly.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { Address } from '../protocol/ref.ts';
import { protocolTable } from '../wire/protocolTable.ts';
import type { ActorId, RefBinder } from '../wire/refs.ts';
import type { Location } from './locations.ts';
import type { ActorNode } from './node.ts';
import { ActorRef } from './refs.ts';

export class NodeRefs implements RefBinder {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
  }

  /** What `ctx.self` is: one for the actor itself, and another for those it is sent to. */
  selfRef(cell: Cell): Address {
    const own = cell.own();
    if (own.self === undefined) {
      own.self = this.refTo(cell);
      own.refForOthers = this.refTo(cell);
    }
    return own.self;
  }

  /** A new ref to a cell of this node. */
  refTo(cell: Cell): ActorRef {
    const home = cell.belongings?.home;
    const ref = new ActorRef(
      this.node.sender,
      cell.table,
      home?.node ?? this.node.nodeId,
      home?.cell ?? cell.id,
      undefined,
    );
    ref.local = cell;
    return ref;
  }

  identify(ref: Address): ActorId {
    if (!(ref instanceof ActorRef) || ref.sender !== this.node.sender) {
      const path: unknown = (ref as { path?: unknown } | null | undefined)?.path;
      if (path === undefined)
        throw new InvalidOptionError(`a ref is needed here, not ${inspectBriefly(ref)}`);
      throw new InvalidOptionError(`${path} belongs to another system: a ref is good only in its own`);
    }
    return ref;
  }

  bind(node: number, cell: number, protocol: object): Address {
    return new ActorRef(this.node.sender, protocolTable(protocol), node, cell, undefined);
  }

  /** Where an actor is now. */
  where(ref: Address): Location {
    const id = this.identify(ref);
    return id.node === this.node.nodeId ? id : (this.node.locations.of(id) ?? id);
  }

  isHere(ref: Address): boolean {
    const at = this.where(ref);
    return at !== 'pending' && at.node === this.node.nodeId;
  }

  cellOf(ref: Address): Cell | undefined {
    const at = this.where(ref);
    return at !== 'pending' && at.node === this.node.nodeId ? this.node.cells.get(at.cell) : undefined;
  }
}
