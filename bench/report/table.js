// The table of a report: each system beside thrum.
import Table from 'cli-table3';
import { quantity, ratio } from './format.js';

// Lines around the table and under its head only.
export const plain = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};
const colAligns = ['left', 'left', 'right', 'right', 'right'];

/** @param {import('./report.js').Report} report */
export function resultTable(report) {
  const table = new Table({
    ...plain,
    colAligns,
    head: ['case', 'system', 'median', 'min to max', 'thrum/peer'],
  });
  let previous;
  for (const result of report.results) {
    const { unit } = result;
    const range = `${quantity(result.min, unit)} to ${quantity(result.max, unit)}`;
    const name = result.case === previous ? '' : result.case;
    table.push([name, result.system, quantity(result.median, unit), range, besideThrum(report, result)]);
    previous = result.case;
  }
  const { cpu, cores, erlang } = report.machine;
  const where = [`${cores} cores of ${cpu}`, `Node.js ${report.node}`, erlang, `commit ${report.commit}`];
  return `${where.filter(Boolean).join(', ')}\n${table}\nthrum/peer: above 1 is better for /s, below 1 for µs, ms and B.`;
}

function besideThrum({ results }, peer) {
  const ours = results.find(
    (result) => result.suite === peer.suite && result.case === peer.case && result.system === 'thrum',
  );
  return ours === undefined || ours === peer ? '' : ratio(ours.median / peer.median);
}
