// How many extra requests are allowed: a share of the ordinary ones, so that what helps against a few slow actors
// doesn't double the load when all are slow.

const savedAtFirst = 10;

export class Budget {
  private readonly share: number;
  private readonly savedMax: number;
  private saved = savedAtFirst;

  /**
   * @param share extra requests for each ordinary one, above 0, at most 1
   * What a thousand requests have earned, or ten if that is more, may be saved up for a bad moment; ten are there at first.
   */
  constructor(share: number) {
    this.share = share;
    this.savedMax = Math.max(savedAtFirst, 1000 * share);
  }

  /** An ordinary request. */
  earn(): void {
    this.saved = Math.min(this.saved + this.share, this.savedMax);
  }

  /** Whether one more is allowed; it counts as made. */
  spend(): boolean {
    if (this.saved < 1) return false;
    this.saved--;
    return true;
  }
}
