import test from 'ava';
import * as fc from 'fast-check';
import { compareFrom, isBetween, isOrdered, isOwnedBy } from '../../actors/chord/interval.ts';
import { distance, point } from './support/points.ts';

/** From a point to itself it is once round. */
const way = (from: string, to: string): number => distance(from, to) || 256;

test('between means: met on the way, the ends excluded; from a point to itself is the whole ring', (t) => {
  fc.assert(
    fc.property(point, point, point, (from, id, to) => {
      const met = distance(from, id);
      t.is(isBetween(from, id, to), met > 0 && met < way(from, to));
    }),
    { numRuns: 2000 },
  );
});

test('a key belongs to the first node at or after it', (t) => {
  fc.assert(
    fc.property(point, point, point, (from, key, to) => {
      t.is(isOwnedBy(from, key, to), way(from, key) <= way(from, to));
    }),
    { numRuns: 2000 },
  );
});

test('points are compared by how soon they are met', (t) => {
  fc.assert(
    fc.property(point, point, point, (from, a, b) => {
      t.is(Math.sign(compareFrom(from, a, b)), Math.sign(way(from, a) - way(from, b)));
    }),
    { numRuns: 2000 },
  );
});

test('points are in order when they are met in one round', (t) => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 5 }), (points) => {
      const gaps = points.slice(1).map((id, at) => way(points[at]!, id));
      const length = gaps.reduce((sum, gap) => sum + gap, 0);
      t.is(isOrdered(points), points.length < 2 || length < 256);
    }),
    { numRuns: 5000 },
  );
});
