// How many extra requests are allowed: a share of the ordinary ones, so that what helps against a few slow actors
// doesn't double the load when all are slow.

export class Budget {
  private readonly share: number;
  private readonly savedMax: number;
  private saved: number;

  /**
   * @param share extra requests for each ordinary one, above 0, at most 1
   * @param savedMax how many may be saved up for a bad moment
   */
  constructor(share: number, savedMax = 10) {
    this.share = share;
    this.savedMax = savedMax;
    this.saved = savedMax;
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
