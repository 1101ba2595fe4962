import test from 'ava';
import * as fc from 'fast-check';
import { isOrdered } from '../../actors/chord/interval.ts';
import { adoptList, ownersIn, sameList } from '../../actors/chord/successorList.ts';
import { distance, idsOf, peerAt, peersAt, point } from './support/points.ts';

const ring = fc.uniqueArray(point, { minLength: 2, maxLength: 12 }).map((ids) => ids.sort());

test('the adopted list is the successor and its list without the last', (t) => {
  const list = adoptList(peerAt('10'), peerAt('20'), peersAt('30', '40', '50'), 3);
  t.deepEqual(idsOf(list), ['20', '30', '40']);
});

test('a small ring is not gone round twice', (t) => {
  t.deepEqual(idsOf(adoptList(peerAt('10'), peerAt('20'), peersAt('30', '10', '20'), 3)), ['20', '30']);
  t.deepEqual(idsOf(adoptList(peerAt('10'), peerAt('20'), peersAt('10'), 3)), ['20']);
});

test('in a ring whose nodes adopt from their successors, lists become the next r nodes', (t) => {
  fc.assert(
    fc.property(ring, fc.integer({ min: 1, max: 5 }), (ids, r) => {
      let lists = ids.map((_, at) => peersAt(ids[(at + 1) % ids.length]!));
      for (let round = 0; round < r; round++) {
        lists = lists.map((list, at) => [
          ...adoptList(peerAt(ids[at]!), list[0]!, lists[(at + 1) % ids.length]!, r),
        ]);
      }
      for (const [at, list] of lists.entries()) {
        const length = Math.min(r, ids.length - 1);
        const expected = Array.from({ length }, (_, step) => ids[(at + step + 1) % ids.length]);
        t.deepEqual(idsOf(list), expected as string[]);
        t.true(isOrdered([ids[at]!, ...idsOf(list)]));
      }
    }),
  );
});

test('the owner of a key is the first of the list at or after it; beyond the list nobody is', (t) => {
  fc.assert(
    fc.property(ring, point, (ids, key) => {
      const [first, ...rest] = ids;
      const owners = idsOf(ownersIn(peerAt(first!), peersAt(...rest), key));
      const expected = rest.filter((id) => distance(first!, id) >= (distance(first!, key) || 256));
      t.deepEqual(owners, expected);
    }),
  );
});

test('lists are the same when they name the same nodes in order', (t) => {
  t.true(sameList(peersAt('10', '20'), peersAt('10', '20')));
  t.false(sameList(peersAt('10', '20'), peersAt('20', '10')));
  t.false(sameList(peersAt('10'), peersAt('10', '20')));
});
