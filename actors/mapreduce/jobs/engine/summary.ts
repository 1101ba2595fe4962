// What all tasks have counted, each once.
import type { Summary, Tallies } from './messages.ts';

export function summaryOf(
  mapped: readonly (Tallies | undefined)[],
  reduced: readonly (Tallies | undefined)[],
  run: { readonly attempts: number; readonly backups: number; readonly resumed: number },
): Summary {
  const maps = mapped.flatMap((entry) => (entry === undefined ? [] : [entry]));
  const reduces = reduced.flatMap((entry) => (entry === undefined ? [] : [entry]));
  const all = [...maps, ...reduces];
  const sum = (of: readonly Tallies[], what: (tallies: Tallies) => number): number =>
    of.reduce((total, tallies) => total + what(tallies), 0);
  const counters: Record<string, number> = {};
  for (const tallies of all) {
    for (const [name, count] of Object.entries(tallies.counters))
      counters[name] = (counters[name] ?? 0) + count;
  }
  return {
    inputRecords: sum(maps, ({ records }) => records),
    bytes: sum(maps, ({ bytes }) => bytes),
    emitted: sum(maps, ({ emitted }) => emitted),
    keys: sum(reduces, ({ records }) => records),
    outputRecords: sum(reduces, ({ emitted }) => emitted),
    spilledBytes: sum(all, ({ spilledBytes }) => spilledBytes),
    counters,
    skipped: all.flatMap(({ skipped }) => skipped),
    unreadable: oncePerPath(all.flatMap(({ unreadable }) => unreadable)),
    sideFiles: all.flatMap(({ sideFiles }) => sideFiles).sort(),
    mapTasks: maps.length,
    reduceTasks: reduces.length,
    ...run,
  };
}

/** Each task that has a part of a file finds that it can't be read. */
function oncePerPath(problems: Summary['unreadable']): Summary['unreadable'] {
  return [...new Map(problems.map((problem) => [problem.path, problem])).values()];
}
