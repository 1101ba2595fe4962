// Reports as tables.
import Table from 'cli-table3';
import { compare, thrumBesidePeer } from './compare.js';
import { quantity, ratio } from './format.js';

// Lines around a table and under its head only.
const plain = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

/** Each system of each case beside thrum. */
export function resultTable(report) {
  const table = new Table({
    ...plain,
    head: ['case', 'system', 'median', 'min to max', 'thrum/peer'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
  });
  let previous;
  for (const result of report.results) {
    const { unit } = result;
    const range = `${quantity(result.min, unit)} to ${quantity(result.max, unit)}`;
    const beside = thrumBesidePeer(report, result);
    const name = result.case === previous ? '' : result.case;
    const ours = beside === undefined ? '' : ratio(beside);
    table.push([name, result.system, quantity(result.median, unit), range, ours]);
    previous = result.case;
  }
  const { cpu, cores, erlang } = report.machine;
  const where = [`${cores} cores of ${cpu}`, `Node.js ${report.node}`, erlang, `commit ${report.commit}`];
  const legend = 'thrum/peer: above 1 is better for /s and B/s, below 1 for µs, ms, B and MB.';
  return `${where.filter(Boolean).join(', ')}\n${table}\n${legend}`;
}

/** What two reports have in common, `b` beside `a`. */
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
