// Calls that wait for their moment, each with the one for whom it is made. The array is used again and again: a turn of an
// actor is one such call.

/** For whom something runs: a host that has crashed does nothing any more, one that is paused does it later. */
export interface Owner {
  readonly alive: boolean;
  readonly paused: boolean;
  /** Keeps what was to run until the owner goes on. */
  postpone(fn: () => void): void;
}

export class OwnedCalls {
  count = 0;
  private readonly owners: (Owner | undefined)[] = [];
  private readonly fns: ((() => void) | undefined)[] = [];

  add(owner: Owner, fn: () => void): void {
    const place = this.count++;
    this.owners[place] = owner;
    this.fns[place] = fn;
  }

  /** Makes the calls, also those that are added meanwhile. */
  run(): void {
    const { owners, fns } = this;
    for (let i = 0; i < this.count; i++) {
      const owner = owners[i] as Owner;
      const fn = fns[i] as () => void;
      owners[i] = undefined;
      fns[i] = undefined;
      if (!owner.alive) continue;
      if (owner.paused) owner.postpone(fn);
      else fn();
    }
    this.count = 0;
  }
}
