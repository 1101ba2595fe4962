// How bars look and behave, of whatever command draws one. cli-progress draws them.

/** Options of cli-progress. */
export const barOptions = {
  barsize: 24,
  barCompleteChar: '\u2588',
  barIncompleteChar: '\u2591',
  clearOnComplete: true,
  // The library's own handler would keep Ctrl-C from ending the process, and a cursor hidden by it stays hidden
  // after a kill.
  gracefulExit: false,
  hideCursor: null,
  // A line too long is cut, not wrapped: a second line would not be cleared.
  linewrap: true,
} as const;
