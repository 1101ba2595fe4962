// Counts messages that had no receiver and reports them once per turn of the event loop: a flood of them
// costs a counter each, not an event each.
import type { DeadLetterReason, SystemEvent } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';

type DeadLetter = Extract<SystemEvent, { type: 'deadLetter' }>;

export class DeadLetters {
  private readonly node: NodeId;
  private readonly defer: (fn: () => void) => void;
  private readonly emit: (event: DeadLetter) => void;
  private readonly waiting = new Map<string, DeadLetter>();

  constructor(node: NodeId, defer: (fn: () => void) => void, emit: (event: DeadLetter) => void) {
    this.node = node;
    this.defer = defer;
    this.emit = emit;
  }

  add(actor: string, message: string, reason: DeadLetterReason, count: number): void {
    const key = `${reason}\n${message}\n${actor}`;
    const known = this.waiting.get(key);
    if (this.waiting.size === 0) this.defer(() => this.flush());
    this.waiting.set(key, {
      type: 'deadLetter',
      node: this.node,
      actor,
      message,
      reason,
      count: count + (known?.count ?? 0),
    });
  }

  /** Reports what has been counted. */
  flush(): void {
    const letters = [...this.waiting.values()];
    this.waiting.clear();
    for (const letter of letters) this.emit(letter);
  }
}
