// Two reports beside each other: has a change made thrum faster?
import Table from 'cli-table3';
import { quantity, ratio } from './format.js';
import { moreIsBetter, rangesAreApart } from './statistics.js';
import { plain } from './table.js';

/**
 * The results that both reports have.
 *
 * @param {import('./report.js').Report} a the baseline
 * @param {import('./report.js').Report} b
 * @returns `ratio` is b/a; `verdict` is `same` unless the ranges of the runs are apart
 */
export function compare(a, b) {
  const rows = [];
  for (const after of b.results) {
    const before = a.results.find((result) => key(result) === key(after));
    if (before === undefined) continue;
    rows.push({
      suite: after.suite,
      case: after.case,
      system: after.system,
      unit: after.unit,
      before: before.median,
      after: after.median,
      ratio: after.median / before.median,
      verdict: verdict(before, after),
    });
  }
  return rows;
}

/** {@link compare} as text. */
export function comparisonTable(a, b) {
  const rows = compare(a, b);
  if (rows.length === 0) throw new Error('the two reports have no case and system in common');
  const table = new Table({
    ...plain,
    head: ['case', 'system', 'A', 'B', 'B/A', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const row of rows) {
    const medians = [quantity(row.before, row.unit), quantity(row.after, row.unit)];
    table.push([row.case, row.system, ...medians, ratio(row.ratio), row.verdict]);
  }
  const named = (name, { commit, node, date }) => `${name}: commit ${commit}, Node.js ${node}, ${date}`;
  return `${named('A', a)}\n${named('B', b)}\n${table}\nsame: the ranges of the runs overlap.`;
}

function verdict(before, after) {
  if (!rangesAreApart(before, after)) return 'same';
  return after.median > before.median === moreIsBetter(after.unit) ? 'better' : 'worse';
}

function key(result) {
  return JSON.stringify([result.suite, result.case, result.system, result.unit]);
}
