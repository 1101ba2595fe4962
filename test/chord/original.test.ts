// Why the original protocol isn't enough, in a few steps.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { correctedRules } from '../../actors/chord/ring/corrected.ts';
import { beliefChart, originalScript } from './model/original.ts';
import { play } from './model/script.ts';
import { original2001 } from './mutants/original2001.ts';

test.serial(
  'the original protocol of 2001 breaks its ring in five steps, none of which is dispensable',
  async (t) => {
    const { problem, steps } = await play(originalScript, original2001);
    t.is(problem, 'the list of 18 is out of order: c0, 20 (dead)');
    t.is(steps.length, 5);
    for (const without of originalScript.keys()) {
      const shorter = originalScript.filter((_, at) => at !== without);
      t.is((await play(shorter, original2001)).problem, undefined, `without step ${without + 1}`);
    }
  },
);

test.serial(
  'the corrected protocol, which demands r + 1 principals, goes through the steps that this allows',
  async (t) => {
    const { problem, steps } = await play(originalScript, correctedRules, true);
    t.is(problem, undefined);
    t.false(steps.some((step) => step.do === 'crash'));
  },
);

test.serial('docs/chord.md shows these steps', async (t) => {
  const text = readFileSync(new URL('../../../docs/chord.md', import.meta.url), 'utf8');
  t.true(text.includes(beliefChart(await play(originalScript, original2001))));
});
