// How the host looks for what its threads have done: once in each turn of its event loop, which goes on between the looks,
// for as long as that is worth it.
import { performance } from 'node:perf_hooks';
import { clearImmediate, setImmediate } from 'node:timers';
import { Lookout, lookMs } from './lookout.ts';

export interface HostLookOptions {
  /** Takes what there is; whether there was something. */
  readonly look: () => boolean;
  /** Whether anything is still to come. */
  readonly isOpen: () => boolean;
  /** Nobody looks from now on. */
  readonly onEnd: () => void;
}

export class HostLook {
  private readonly options: HostLookOptions;
  private readonly lookout = new Lookout();
  private next: NodeJS.Immediate | undefined = undefined;
  private until = 0;

  constructor(options: HostLookOptions) {
    this.options = options;
  }

  get isOn(): boolean {
    return this.next !== undefined;
  }

  /** Begins to look, unless that is rarely worth it. */
  begin(): boolean {
    if (this.isOn || !this.lookout.isWorthIt()) return false;
    this.until = performance.now() + lookMs;
    this.next = setImmediate(this.turn);
    return true;
  }

  private readonly turn = (): void => {
    this.next = setImmediate(this.turn);
    const met = this.options.look();
    const now = performance.now();
    if (met) {
      this.lookout.note(true);
      this.until = now + lookMs;
    }
    if (!this.options.isOpen()) this.end();
    else if (now >= this.until) {
      this.lookout.note(false);
      this.end();
    }
  };

  private end(): void {
    this.close();
    this.options.onEnd();
  }

  close(): void {
    clearImmediate(this.next);
    this.next = undefined;
  }
}
