// Looking for what comes next for a moment instead of going to sleep: a wake-up takes longer than a short task. Where it
// is mostly in vain it is rarely done.

/** So long somebody looks, in milliseconds: some three wake-ups, so that one that sleeps still meets one that looks. */
export const lookMs = 0.1;
/** What has met something may be in vain so often in a row and is still done each time. */
const patience = 2;
/** What is always in vain is done once in 2^4 times. */
const doublingsMax = 4;

/** Whether looking is worth it: as long as it mostly meets something, and now and then to see whether it would. */
export class Lookout {
  private inVain = 0;
  private toSkip = 0;

  /** Whether to look this time. */
  isWorthIt(): boolean {
    if (this.toSkip === 0) return true;
    this.toSkip--;
    return false;
  }

  /** What a look has come to. */
  note(met: boolean): void {
    this.inVain = met ? -patience : Math.min(this.inVain + 1, doublingsMax);
    this.toSkip = 2 ** Math.max(this.inVain, 0) - 1;
  }
}
