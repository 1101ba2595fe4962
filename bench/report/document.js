// Tables inside Markdown documents, made anew from the reports in bench/results, so that no figure is typed by hand.
import { tailCharts } from '../tail/chart.js';
import { charts } from './chart.js';
import { thrumBesidePeer } from './compare.js';
import { quantity, ratio } from './format.js';
import { moreIsBetter } from './statistics.js';

/** The documents with tables and charts, from the repository's root. */
export const documents = [
  'README.md',
  'docs/benchmarks.md',
  'docs/mapreduce.md',
  'docs/recipes/fastify.md',
  'docs/routers.md',
  'docs/simulation.md',
  'docs/storage.md',
  'docs/tasks.md',
  'docs/wordcount.md',
];

const block = /(<!-- bench (\S+?)(?:: ([^\n]*?))? -->\n)[\s\S]*?(<!-- \/bench -->)/g;

/**
 * Fills every block of a document:
 *
 * `<!-- bench messaging.json: tell same node | spawn; thrum | erlang -->` … `<!-- /bench -->`
 *
 * holds the table of these cases and systems of that report (all of them where none is named), and a line that says what
 * was measured where.
 *
 * @param {string} text the document
 * @param {(file: string) => import('./report.js').Report} load reads a report by its file name
 * @returns {string}
 */
export function fillDocument(text, load) {
  return text.replaceAll(block, (_, begin, file, cases, end) => {
    const report = load(file);
    const [wanted, systems] = (cases ?? '').split(';').map(names);
    return `${begin}\n${markdownTable(report, wanted, systems)}\n\n${origin(report)}\n\n${end}`;
  });
}

/**
 * The charts that a document shows: `![tell same node](charts/messaging-tell-same-node.svg)`.
 *
 * @param {string} text the document
 * @param {import('./report.js').Report[]} reports where they are looked for
 * @returns {{ name: string, svg: string }[]}
 */
export function chartsOf(text, reports) {
  const known = new Map(reports.flatMap(chartsOfReport).map((chart) => [chart.name, chart]));
  return unique([...text.matchAll(/\]\((?:docs\/)?charts\/([^)]+\.svg)\)/g)].map(([, name]) => name)).map(
    (name) => {
      const chart = known.get(name);
      if (chart === undefined) throw new Error(`no report has the chart '${name}'`);
      return chart;
    },
  );
}

function chartsOfReport(report) {
  return [...charts(report), ...tailCharts(report)];
}

/** Cases as rows, systems as columns: medians, and in brackets how many times better thrum does than that peer. */
export function markdownTable(report, wanted, only) {
  const results = wanted === undefined ? report.results : wanted.flatMap((name) => ofCase(report, name));
  const systems = only ?? unique(results.map(({ system }) => system));
  const rows = unique(results.map((result) => result.case)).map((name) => {
    const cells = systems.map((system) => {
      const result = results.find((other) => other.case === name && other.system === system);
      return result === undefined ? '' : cell(report, result);
    });
    return `| ${[name, ...cells].join(' | ')} |`;
  });
  const head = `| ${['', ...systems].join(' | ')} |\n|---|${'---:|'.repeat(systems.length)}`;
  return [head, ...rows].join('\n');
}

function cell(report, result) {
  const beside = thrumBesidePeer(report, result);
  const value = quantity(result.median, result.unit);
  if (beside === undefined) return value;
  return `${value} (${ratio(moreIsBetter(result.unit) ? beside : 1 / beside)})`;
}

function ofCase(report, name) {
  const found = report.results.filter((result) => result.case === name);
  if (found.length === 0) throw new Error(`the report has no case '${name}'`);
  return found;
}

function origin({ machine, node, date, results }) {
  const runs = Math.max(...results.map(({ samples }) => samples.length));
  const where = [`${machine.cores} cores of ${machine.cpu}`, `Node.js ${node}`, machine.erlang];
  const day = date.slice(0, 10);
  const systems = new Set(results.map(({ system }) => system));
  const hasPeers = systems.has('thrum') && systems.size > 1;
  const ratios = hasPeers ? '; in brackets how many times better thrum does' : '';
  return `Medians of ${runs} interleaved runs${ratios}. ${where.filter(Boolean).join(', ')}, ${day}.`;
}

function names(list) {
  return list.trim() === '' ? undefined : list.split('|').map((name) => name.trim());
}

function unique(values) {
  return [...new Set(values)];
}
