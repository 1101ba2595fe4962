// A stretch of time in which the log is brief.

import { clearTimeout, setTimeout } from 'node:timers';

const periodMs = 5000;

export class Period {
  private readonly onEnd: () => void;
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(onEnd: () => void) {
    this.onEnd = onEnd;
  }

  /** True when that begins one; false within one. It doesn't keep the process alive. */
  begin(): boolean {
    if (this.timer !== undefined) return false;
    this.timer = setTimeout(this.onEnd, periodMs);
    this.timer.unref();
    return true;
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
