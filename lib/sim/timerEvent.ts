// A timer of a node that is set.
import type { Engine, SimEvent } from './engine.ts';
import type { SimNode } from './simNode.ts';

export class TimerEvent implements SimEvent {
  slot = -1;
  cancelled = false;
  private readonly owner: SimNode;
  private readonly engine: Engine;
  private readonly fn: () => void;

  constructor(owner: SimNode, engine: Engine, fn: () => void) {
    this.owner = owner;
    this.engine = engine;
    this.fn = fn;
  }

  happen(): void {
    this.owner.fired(this);
  }

  run(): void {
    this.engine.hash.add(this.engine.now);
    this.engine.hash.add(-this.owner.id - 1);
    this.fn();
  }
}
