// Samples of several numbers: a result for each number and system.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';

const { resultsOf } = (await import(pathToFileURL(path.resolve('bench', 'run/schedule.js')).href)) as {
  resultsOf(suiteCase: object, samples: Map<string, unknown[]>): object[];
};

test('a sample of one number makes one result a system', (t) => {
  const samples = new Map([['thrum', [1, 2]]]);
  t.deepEqual(resultsOf({ suite: 's', name: 'n', unit: '/s' }, samples), [
    { suite: 's', case: 'n', system: 'thrum', unit: '/s', samples: [1, 2] },
  ]);
});

test('a sample of several numbers makes a case of each, in its own unit, systems beside each other', (t) => {
  const measures = [
    { name: 'p50', unit: 'ms' },
    { name: 'more', unit: '%' },
  ];
  const samples = new Map([
    ['a', [{ p50: 1, more: 0 }]],
    ['b', [{ p50: 2, more: 5 }]],
  ]);
  t.deepEqual(resultsOf({ suite: 's', name: 'n', unit: 'ms', measures }, samples), [
    { suite: 's', case: 'n, p50', system: 'a', unit: 'ms', samples: [1] },
    { suite: 's', case: 'n, p50', system: 'b', unit: 'ms', samples: [2] },
    { suite: 's', case: 'n, more', system: 'a', unit: '%', samples: [0] },
    { suite: 's', case: 'n, more', system: 'b', unit: '%', samples: [5] },
  ]);
});
