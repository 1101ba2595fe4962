// The results of the Chord benchmarks as Markdown tables and charts, and docs/chord.md filled with them.
import { lineChart } from './lineChart.js';

const figure = (n) => n.toFixed(2);
const count = (n) => Math.round(n).toLocaleString('en-US');
const triple = ({ mean, p1, p99 }) => `${figure(mean)} (${p1}, ${p99})`;
const paperTriple = ([mean, p1, p99]) => `${figure(mean)} (${p1}, ${p99})`;

/** What is outside of the tolerances is marked: paths 5 % and percentiles 1, timeouts 0.1 or 25 %. */
function path(ours, [mean, p1, p99]) {
  const near = Math.abs(ours.mean - mean) <= 0.05 * mean;
  return mark(triple(ours), near && Math.abs(ours.p1 - p1) <= 1 && Math.abs(ours.p99 - p99) <= 1);
}

function timeouts(ours, [mean]) {
  return mark(triple(ours), Math.abs(ours.mean - mean) <= Math.max(0.1, 0.25 * mean));
}

const mark = (text, within) => (within ? text : `${text} *`);

/** A Markdown table of each section's result. */
export const tables = {
  failures: (rows) =>
    table(
      [
        'failed',
        'path, paper',
        'path',
        'timeouts, paper',
        'timeouts',
        'each dead node once',
        'failed lookups',
      ],
      rows.map(({ failed, path: paths, timeouts: once, tries, wrong, lookups, paper }) => [
        failed,
        paperTriple(paper.path),
        path(paths, paper.path),
        paperTriple(paper.timeouts),
        timeouts(tries, paper.timeouts),
        triple(once),
        `${wrong} of ${count(lookups)}`,
      ]),
    ),
  churn: (rows) =>
    table(
      [
        'joins, leaves a second',
        'path, paper',
        'path',
        'timeouts, paper',
        'timeouts',
        'failures, paper',
        'failures',
      ],
      rows.map(({ rate, path: paths, timeouts: counted, wrong, lookups, paper }) => [
        rate.toFixed(2),
        paperTriple(paper.path),
        path(paths, paper.path),
        paperTriple(paper.timeouts),
        timeouts(counted, paper.timeouts),
        paper.failures,
        mark(`${wrong} of ${count(lookups)}`, wrong <= paper.failures + 3 * Math.sqrt(paper.failures + 1)),
      ]),
    ),
  simulation: (rows) => {
    const { nodes, seconds, simulatedSeconds, events, bytesPerHost } = rows[0].simulation;
    return table(
      ['nodes', 'simulated', 'took', 'simulated seconds a second', 'events a second', 'heap for each host'],
      [
        [
          count(nodes),
          `${count(simulatedSeconds)} s`,
          `${count(seconds)} s`,
          figure(simulatedSeconds / seconds),
          count(events / seconds),
          `${count(bytesPerHost / 1024)} KB`,
        ],
      ],
    );
  },
  pathLengths: (rows) =>
    table(
      ['nodes', '½ log2 N', 'r = 1', '½ log2 N − ½ log2 r + 1', 'r = 20'],
      rows.map(({ size, expected, one, expectedWith20, twenty }) => [
        count(size),
        figure(expected),
        triple(one),
        figure(expectedWith20),
        triple(twenty),
      ]),
    ),
  load: (rows) =>
    table(
      ['virtual nodes', 'keys', '1st percentile', '99th percentile', 'maximum (all × mean)'],
      rows.map(({ virtualNodes, keys, p1, p99, max }) => [
        virtualNodes,
        count(keys),
        figure(p1),
        figure(p99),
        figure(max),
      ]),
    ),
  large: ({ nodes, lookups, buildSeconds, seconds, bytesPerNode, path: paths }) =>
    table(
      ['nodes', 'lookups, all right', 'to build', 'lookups took', 'heap a node', 'path'],
      [
        [
          count(nodes),
          count(lookups),
          `${figure(buildSeconds)} s`,
          `${figure(seconds)} s`,
          `${count(bytesPerNode)} B`,
          triple(paths),
        ],
      ],
    ),
  threads: ({ nodes, lookups, seconds, perSecond, hops }) =>
    table(
      ['nodes, a thread each', 'lookups, all right', 'seconds', 'lookups a second', 'steps'],
      [[nodes, count(lookups), figure(seconds), count(perSecond), figure(hops)]],
    ),
  terminated: ({ nodes, terminated, writes, failed, keys, lost }) =>
    table(
      ['threads', 'terminated', 'acknowledged writes', 'failed writes', 'keys', 'acknowledged and lost'],
      [[nodes, terminated, count(writes), count(failed), count(keys), lost]],
    ),
};

/** The charts, by file name. */
export function charts({ pathLengths, load }) {
  const points = (value) => pathLengths.map((row) => [Math.log2(row.size), value(row)]);
  return {
    'path-length.svg': lineChart({
      title: 'Path length over the number of nodes',
      x: 'nodes (log2)',
      y: 'mean path length',
      lines: [
        { name: 'r = 1', points: points((row) => row.one.mean) },
        { name: 'r = 20', points: points((row) => row.twenty.mean) },
        { name: '½ log2 N', points: points((row) => row.expected), dashed: true },
      ],
    }),
    'load.svg': lineChart({
      title: 'Keys of a host, in means',
      x: 'virtual nodes of each host (log2)',
      y: 'keys, in means',
      lines: [
        { name: 'maximum', points: load.map((row) => [Math.log2(row.virtualNodes), row.max]) },
        { name: '99th percentile', points: load.map((row) => [Math.log2(row.virtualNodes), row.p99]) },
        { name: '1st', points: load.map((row) => [Math.log2(row.virtualNodes), row.p1]), dashed: true },
      ],
    }),
  };
}

const block = /(<!-- chord (\w+) -->\n)[\s\S]*?(<!-- \/chord -->)/g;

/** Fills the blocks of a document, `<!-- chord failures -->` … `<!-- /chord -->`, from a report's sections. */
export function fillChord(text, { sections, machine, node }) {
  const all = { ...sections, simulation: sections.churn };
  return text.replaceAll(block, (_, begin, name, end) => {
    if (name === 'machine') {
      return `${begin}\n${machine.cores} cores of ${machine.cpu}, Node.js ${node}.\n\n${end}`;
    }
    if (all[name] === undefined) throw new Error(`bench/results/chord.json has no section '${name}'`);
    return `${begin}\n${tables[name](all[name])}\n\n${end}`;
  });
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
