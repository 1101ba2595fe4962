// The nodes of a test system are as any other, but note which errors somebody was told of, for the verdict.
import type { Cell } from '../cell/cell.ts';
import { Answers } from '../node/answers.ts';
import { ActorNode, type NodeSettings } from '../node/node.ts';
import { Reports } from '../node/reports.ts';
import type { World } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Directive } from '../protocol/supervision.ts';

/** Errors that an asker was told of. */
export type Told = WeakSet<Error>;

/** Notes which errors askers were told of. */
class LocalAnswers extends Answers {
  private readonly told: Told;

  constructor(node: ActorNode, told: Told) {
    super(node);
    this.told = told;
  }

  override replyError(cell: Cell, node: NodeId, askId: number, error: Error): void {
    this.told.add(error);
    super.replyError(cell, node, askId, error);
  }
}

/** Keeps what is the test's own to itself. */
class LocalReports extends Reports {
  override failed(cell: Cell, during: string, error: Error, directive: Directive | 'none'): void {
    if (!this.node.cells.internals.has(cell)) super.failed(cell, during, error, directive);
  }
}

export class LocalActorNode extends ActorNode {
  override readonly answers: Answers;
  override readonly reports: Reports;

  constructor(nodeId: NodeId, world: World, settings: NodeSettings, told: Told) {
    super(nodeId, world, settings);
    this.answers = new LocalAnswers(this, told);
    this.reports = new LocalReports(this);
  }
}
