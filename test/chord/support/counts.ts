// What a run of a suite has done and seen, by name: campaigns add up those of all seeds.
export type Counts = Record<string, number>;

/** Adds `counts` to `total`. */
export function addCounts(total: Counts, counts: Counts): void {
  for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
}
