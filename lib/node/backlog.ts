// Messages that wait until their target takes more: those of `send` and of asks. In order per target, and ahead
// of later tells, which are refused meanwhile.

import type { ActorId } from '../wire/refs.ts';

/** One message that waits. */
export interface Waiting {
  /** Tries to deliver; true when that is settled, one way or another. */
  attempt(): boolean;
  /** It will never be delivered. */
  fail(error: Error): void;
}

export class Backlog {
  private readonly targets = new Map<string, { actor: ActorId; waiting: Waiting[] }>();

  /** No message waits at all: the common case, and quick to see. */
  get empty(): boolean {
    return this.targets.size === 0;
  }

  has(id: string): boolean {
    return this.targets.has(id);
  }

  add(id: string, actor: ActorId, waiting: Waiting): void {
    const target = this.targets.get(id);
    if (target === undefined) this.targets.set(id, { actor, waiting: [waiting] });
    else target.waiting.push(waiting);
  }

  /** Tries each target's messages in order, up to the first that must go on waiting. */
  retry(): void {
    for (const [id, { waiting }] of this.targets) {
      let done = 0;
      while (done < waiting.length && waiting[done]!.attempt()) done++;
      if (done === waiting.length) this.targets.delete(id);
      else if (done > 0) waiting.splice(0, done);
    }
  }

  /** Gives up what waits for the actors that `matches`. */
  fail(matches: (target: ActorId) => boolean, error: () => Error): void {
    for (const [id, target] of this.targets) {
      if (!matches(target.actor)) continue;
      this.targets.delete(id);
      for (const waiting of target.waiting) waiting.fail(error());
    }
  }
}
