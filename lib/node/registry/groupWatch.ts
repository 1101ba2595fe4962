// One watcher of a group: whose turn its callback is, and which state it gets next.
import { isThenable } from '../../cell/asError.ts';
import type { Cell } from '../../cell/cell.ts';
import { SystemClosedError } from '../../protocol/errors.ts';
import type { Ref } from '../../protocol/ref.ts';

export type MembersCallback = (members: readonly Ref<unknown>[]) => unknown;

const turnName = 'a group watch';

export class GroupWatch {
  private readonly watcher: Cell | undefined;
  private readonly fn: MembersCallback;
  private readonly onEnd: () => void;
  /** Before its first state it isn't told of changes: they may be older. */
  private started = false;
  hasEnded = false;
  /** A turn is planned; it will see the latest state. */
  private planned = false;
  private latest: readonly Ref<unknown>[] = [];
  private readonly stop = (): void => this.end();

  constructor(watcher: Cell | undefined, fn: MembersCallback, onEnd: () => void) {
    this.watcher = watcher;
    this.fn = fn;
    this.onEnd = onEnd;
    // Given up like the actor's timers: when its behaviour ends, for whatever reason.
    watcher?.own().addTimer(this.stop);
  }

  start(members: readonly Ref<unknown>[]): void {
    if (this.hasEnded) return;
    this.started = true;
    this.notify(members);
  }

  notify(members: readonly Ref<unknown>[]): void {
    if (!this.started || this.hasEnded) return;
    if (this.watcher === undefined) return this.callOnHost(members);
    this.latest = members;
    if (this.planned) return;
    this.planned = true;
    this.watcher.addTurn(turnName, () => {
      this.planned = false;
      return this.hasEnded ? undefined : this.fn(this.latest);
    });
  }

  /** There will be no state: the definition's versions disagree, or the system closes. */
  fail(error: unknown): void {
    if (this.hasEnded) return;
    this.end();
    if (error instanceof SystemClosedError) return;
    if (this.watcher === undefined) return report(error);
    this.watcher.addTurn(turnName, () => {
      throw error;
    });
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.watcher?.belongings?.dropTimer(this.stop);
    this.onEnd();
  }

  private callOnHost(members: readonly Ref<unknown>[]): void {
    try {
      const result = this.fn(members);
      if (isThenable(result)) result.then(undefined, report);
    } catch (error) {
      report(error);
    }
  }
}

/** A broken watcher must not break the others. */
function report(error: unknown): void {
  console.error('a group watcher threw:', error);
}
