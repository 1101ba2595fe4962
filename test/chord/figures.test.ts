// The figures in docs/chord.md are those of the last run that was kept.
import { readFileSync } from 'node:fs';
import test from 'ava';

const root = new URL('../../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8');

test('docs/chord.md and its charts are made from bench/results/chord.json', async (t) => {
  const { charts, fillChord } = (await import(new URL('bench/chord/tables.js', root).href)) as {
    charts: (sections: unknown) => Record<string, string>;
    fillChord: (text: string, report: unknown) => string;
  };
  const report = JSON.parse(read('bench/results/chord.json')) as { sections: unknown };
  const text = read('docs/chord.md');
  t.is(fillChord(text, report), text);
  for (const [name, svg] of Object.entries(charts(report.sections))) t.is(read(`docs/chord/${name}`), svg);
});
