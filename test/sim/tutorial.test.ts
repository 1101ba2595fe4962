// The chart that docs/simulation.md shows is the one that its program prints, which another test compares.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../repository/root.ts';

test('the chart of the tutorial is what its program prints', (t) => {
  const text = readFileSync(join(repositoryRoot, 'docs/simulation.md'), 'utf8');
  const shown = /```mermaid\n([\s\S]*?)```/.exec(text)?.[1];
  const printed = /^sequenceDiagram\n(?: {2}.*\n)+/m.exec(text.slice(text.indexOf('```text output')))?.[0];
  t.truthy(shown);
  t.is(shown, printed);
});
