// `npm run bench -- chord`: the tables of Chord's paper beside ours, as JSON, Markdown and a chart.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lineChart } from './lineChart.js';
import { failures, large, load, pathLengths } from './static.js';
import { threads } from './threads.js';

const sections = { failures, pathLengths, load, large, threads };

/** Runs the sections named in `only`, or all, and writes them to the folder `output`. */
export async function runChord({ quick, only = Object.keys(sections), output }) {
  const sizes = quick
    ? { lookups: 500, maxPower: 8, hosts: 200, keys: 10_000, keysOfMany: 20_000, threadLookups: 2000 }
    : { lookups: 10_000 };
  await mkdir(output, { recursive: true });
  const results = {};
  for (const name of only) {
    const section = sections[name];
    if (section === undefined) {
      throw new Error(`no section '${name}': there are ${Object.keys(sections).join(', ')}`);
    }
    results[name] = await section(sizes);
    const text = describe[name](results[name]);
    console.log(`${text}\n`);
    await writeFile(path.join(output, `${name}.md`), `${text}\n`);
  }
  if (results.pathLengths !== undefined) {
    await writeFile(path.join(output, 'path-length.svg'), pathChart(results.pathLengths));
  }
  await writeFile(path.join(output, 'chord.json'), `${JSON.stringify(results, null, 2)}\n`);
}

const figure = (n) => n.toFixed(2);
const triple = ({ mean, p1, p99 }) => `${figure(mean)} (${p1}, ${p99})`;
const paperTriple = ([mean, p1, p99]) => `${figure(mean)} (${p1}, ${p99})`;

const describe = {
  failures: (rows) =>
    table(
      ['failed', 'path, paper', 'path', 'timeouts, paper', 'timeouts', 'failed lookups'],
      rows.map(({ failed, path: paths, timeouts, wrong, lookups, paper }) => [
        failed,
        paperTriple(paper.path),
        triple(paths),
        paperTriple(paper.timeouts),
        triple(timeouts),
        `${wrong} of ${lookups}`,
      ]),
    ),
  pathLengths: (rows) =>
    table(
      ['nodes', '½ log2 N', 'r = 1', '½ log2 N − ½ log2 r + 1', 'r = 20'],
      rows.map(({ size, expected, one, expectedWith20, twenty }) => [
        size,
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
        keys,
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
          nodes,
          lookups,
          `${figure(buildSeconds)} s`,
          `${figure(seconds)} s`,
          `${Math.round(bytesPerNode)} B`,
          triple(paths),
        ],
      ],
    ),
  threads: ({ nodes, lookups, seconds, perSecond, hops }) =>
    table(
      ['nodes, a thread each', 'lookups, all right', 'seconds', 'lookups a second', 'steps'],
      [[nodes, lookups, figure(seconds), Math.round(perSecond), figure(hops)]],
    ),
};

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function pathChart(rows) {
  const points = (value) => rows.map((row) => [Math.log2(row.size), value(row)]);
  return lineChart({
    title: 'Path length over the number of nodes',
    x: 'nodes (log2)',
    y: 'mean path length',
    lines: [
      { name: 'r = 1', points: points((row) => row.one.mean) },
      { name: 'r = 20', points: points((row) => row.twenty.mean) },
      { name: '½ log2 N', points: points((row) => row.expected), dashed: true },
    ],
  });
}
