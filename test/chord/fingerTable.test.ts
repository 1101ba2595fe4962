import test from 'ava';
import * as fc from 'fast-check';
import { FingerTable } from '../../actors/chord/fingerTable.ts';
import type { Peer } from '../../actors/chord/messages.ts';
import { distance, idsOf, peerAt, point } from './support/points.ts';

test('the fingers to refresh are those beyond the successor, each once in turn', (t) => {
  fc.assert(
    fc.property(point, point, (self, successor) => {
      fc.pre(self !== successor);
      const table = new FingerTable(self);
      const expected = [7, 6, 5, 4, 3, 2, 1, 0].filter((index) => 2 ** index > distance(self, successor));
      const turn = expected.length > 0 ? expected : [undefined];
      for (const index of [...turn, ...turn]) t.is(table.nextToRefresh(peerAt(successor)), index);
    }),
  );
});

test('a node that is alone has no finger to refresh', (t) => {
  t.is(new FingerTable<Peer>('10').nextToRefresh(undefined), undefined);
});

test('the nodes pointed to are named once each, and one that is removed nowhere', (t) => {
  const table = new FingerTable<Peer>('00');
  for (const [index, id] of [
    [4, '20'],
    [5, '20'],
    [6, '50'],
    [7, '90'],
  ] as const) {
    table.set(index, peerAt(id));
  }
  t.deepEqual(idsOf([...table.distinct()]), ['20', '50', '90']);
  table.remove('20');
  t.deepEqual(idsOf([...table.distinct()]), ['50', '90']);
  t.is(table.get(4), undefined);
});

test('a finger that would point to the node itself points nowhere', (t) => {
  const table = new FingerTable<Peer>('00');
  table.set(7, peerAt('00'));
  t.is(table.get(7), undefined);
});
