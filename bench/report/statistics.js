// The little arithmetic that a report needs.

/** The middle value, or the mean of the two in the middle. */
export function median(samples) {
  if (samples.length === 0) throw new Error('a median needs at least one sample');
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What a report says of the samples of one case and system. */
export function summary(samples) {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples), samples };
}

/** Whether more of this unit is better; times and sizes are better when less. */
export function moreIsBetter(unit) {
  return unit.endsWith('/s');
}

/** Whether two results differ by more than their runs do among themselves: their ranges don't touch. */
export function rangesAreApart(a, b) {
  return a.max < b.min || b.max < a.min;
}
