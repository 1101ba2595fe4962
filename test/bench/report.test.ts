// The arithmetic of the benchmarks' reports, and the shape of their JSON. The benchmarks themselves aren't run here.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';

interface Summary {
  median: number;
  min: number;
  max: number;
  samples: number[];
}

interface Result extends Summary {
  suite: string;
  case: string;
  system: string;
  unit: string;
}

interface Report {
  machine: Record<string, unknown>;
  node: string;
  commit: string;
  date: string;
  results: Result[];
}

type Row = Pick<Result, 'system'> & { before: number; after: number; ratio: number; verdict: string };

// The benchmarks are plain JavaScript outside what tsc builds. Only files without the peers' packages are loaded.
const load = (file: string): Promise<unknown> => import(pathToFileURL(path.resolve('bench', file)).href);

const { median, summary, rangesAreApart } = (await load('report/statistics.js')) as {
  median(samples: number[]): number;
  summary(samples: number[]): Summary;
  rangesAreApart(a: Summary, b: Summary): boolean;
};
const { makeReport, parseReport } = (await load('report/report.js')) as {
  makeReport(parts: { machine: object; commit: string; results: object[] }): Report;
  parseReport(text: string, from: string): Report;
};
const { compare, thrumBesidePeer } = (await load('report/compare.js')) as {
  compare(a: Report, b: Report): Row[];
  thrumBesidePeer(report: Report, peer: Result): number | undefined;
};
const { charts } = (await load('report/chart.js')) as {
  charts(report: Report): { name: string; svg: string }[];
};
const { fillDocument, chartsOf, documents } = (await load('report/document.js')) as {
  fillDocument(text: string, load: (file: string) => Report): string;
  chartsOf(text: string, reports: Report[]): { name: string; svg: string }[];
  documents: readonly string[];
};

const tell = { suite: 'messaging', case: 'tell same node', unit: '/s' };
const start = { suite: 'messaging', case: 'system start', unit: 'ms' };

function fixture(thrumTells: number[], thrumStarts: number[]): Report {
  const results = [
    { ...tell, system: 'thrum', samples: thrumTells },
    { ...tell, system: 'erlang', samples: [5e6] },
    { ...start, system: 'thrum', samples: thrumStarts },
  ];
  return makeReport({ machine: { cpu: 'a <fast> one', cores: 2 }, commit: 'abc', results });
}

test('the median is the middle sample, or the mean of the middle two, and leaves the samples in order', (t) => {
  const samples = [9, 1, 100];
  t.is(median(samples), 9);
  t.deepEqual(samples, [9, 1, 100]);
  t.is(median([4, 1, 3, 10]), 3.5);
  t.throws(() => median([]));
});

test('two results differ only when the ranges of their runs are apart', (t) => {
  t.true(rangesAreApart(summary([1, 2]), summary([3, 4])));
  t.true(rangesAreApart(summary([3, 4]), summary([1, 2])));
  t.false(rangesAreApart(summary([1, 3]), summary([3, 4])));
});

test('a report has the documented fields, and is the same when read back', (t) => {
  const report = fixture([2e7, 1e7, 3e7], [40]);
  t.deepEqual(Object.keys(report), ['machine', 'node', 'commit', 'date', 'results']);
  t.is(report.node, process.version);
  t.is(new Date(report.date).toISOString(), report.date);
  const expected = { ...tell, system: 'thrum', median: 2e7, min: 1e7, max: 3e7, samples: [2e7, 1e7, 3e7] };
  t.deepEqual(report.results[0], expected);
  t.deepEqual(parseReport(JSON.stringify(report), 'a.json'), report);
});

test('what is not a report is refused by name', (t) => {
  t.throws(() => parseReport('{}', 'b.json'), { message: /^b\.json is not a report/ });
  const report = fixture([1], [1]);
  const broken = { ...report, results: [{ ...report.results[0], median: null }] };
  t.throws(() => parseReport(JSON.stringify(broken), 'c.json'), {
    message: /^c\.json has a result that is not whole/,
  });
});

test("a peer's ratio is thrum's median over its own, within one case", (t) => {
  const report = fixture([2e7], [40]);
  t.deepEqual(
    report.results.map((result) => thrumBesidePeer(report, result)),
    [undefined, 4, undefined],
  );
});

test('comparing says better and worse by the unit, and same where the runs overlap', (t) => {
  const before = fixture([1e7, 1.1e7], [40, 50]);
  const after = fixture([2e7, 2.2e7], [60, 70]);
  t.like(compare(before, after), [
    { system: 'thrum', before: 1.05e7, after: 2.1e7, ratio: 2, verdict: 'better' },
    { system: 'erlang', ratio: 1, verdict: 'same' },
    { system: 'thrum', before: 45, after: 65, verdict: 'worse' },
  ]);
});

test('each case becomes one chart, with its systems as bars', (t) => {
  const drawn = charts(fixture([2e7], [40]));
  t.deepEqual(
    drawn.map(({ name }) => name),
    ['messaging-tell-same-node.svg', 'messaging-system-start.svg'],
  );
  t.is(drawn[0]!.svg.match(/<rect/g)?.length, 2);
  t.true(drawn[0]!.svg.includes('>20.0 M/s<'));
});

test("a document's block is filled from its report, with thrum's advantage in both directions of better", (t) => {
  const report = makeReport({
    machine: { cpu: 'a fast one', cores: 2 },
    commit: 'abc',
    results: [
      { ...tell, system: 'thrum', samples: [2e7] },
      { ...tell, system: 'erlang', samples: [5e6] },
      { ...start, system: 'thrum', samples: [40] },
      { ...start, system: 'erlang', samples: [80] },
    ],
  });
  const block = (cases: string) => `before\n<!-- bench m.json${cases} -->\nold\n<!-- /bench -->\nafter\n`;
  const all = fillDocument(block(''), () => report);
  t.true(all.includes('| tell same node | 20.0 M/s | 5.00 M/s (4.00 ×) |'), all);
  t.true(all.includes('| system start | 40.0 ms | 80.0 ms (2.00 ×) |'), all);
  t.true(all.startsWith('before\n') && all.endsWith('after\n') && !all.includes('old'));
  t.is(
    fillDocument(all, () => report),
    all,
    'filling it again changes nothing',
  );
  t.false(fillDocument(block(': system start'), () => report).includes('tell same node'));
  t.throws(() => fillDocument(block(': no such case'), () => report), { message: /no case 'no such case'/ });
  t.throws(() => chartsOf('![a](charts/none.svg)', [report]), { message: /none\.svg/ });
});

const reports = new Map(
  readdirSync('bench/results')
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, parseReport(readFileSync(path.join('bench/results', name), 'utf8'), name)]),
);
for (const document of documents) {
  test(`the tables and charts of ${document} are those of bench/results (npm run bench -- docs)`, (t) => {
    const text = readFileSync(document, 'utf8');
    t.true(text.includes('<!-- bench '), 'it has at least one table');
    const filled = fillDocument(text, (name) => {
      const report = reports.get(name);
      if (report === undefined) throw new Error(`bench/results has no ${name}`);
      return report;
    });
    t.is(filled, text);
    for (const { name, svg } of chartsOf(text, [...reports.values()])) {
      t.is(readFileSync(path.join('docs/charts', name), 'utf8'), svg, name);
    }
  });
}
