// Lookups over whole rings without messages: with all nodes alive, and with many dead.
import test from 'ava';
import * as fc from 'fast-check';
import { findOwner, type LookupOutcome } from '../../actors/chord/lookup/find.ts';
import { routeTo } from '../../actors/chord/lookup/route.ts';
import { Member } from '../../actors/chord/ring/member.ts';
import { peerAt, peersAt, point } from './support/points.ts';

function idealRing(ids: readonly string[], r: number): Map<string, Member> {
  const sorted = [...ids].sort();
  const at = (index: number): string => sorted[(index + sorted.length) % sorted.length]!;
  return new Map(
    sorted.map((id, index) => {
      const member = new Member(peerAt(id), r, () => {});
      member.phase = 'member';
      const length = Math.min(r, sorted.length - 1);
      member.successors = peersAt(...Array.from({ length }, (_, step) => at(index + step + 1)));
      member.predecessor = sorted.length > 1 ? peerAt(at(index - 1)) : undefined;
      for (let finger = 0; finger < 8; finger++) {
        if (!member.fingers.isBeyond(finger, member.successor)) continue;
        member.fingers.set(finger, peerAt(ownerIn(sorted, member.fingers.startOf(finger))));
      }
      return [id, member];
    }),
  );
}

function ownerIn(ids: readonly string[], key: string): string {
  const sorted = [...ids].sort();
  return sorted.find((id) => id >= key) ?? sorted[0]!;
}

function lookUp(
  ring: Map<string, Member>,
  from: string,
  key: string,
  dead: ReadonlySet<string>,
): LookupOutcome {
  const lookup = findOwner(peerAt(from), routeTo(ring.get(from)!, key, new Set(), 2), 64);
  let step = lookup.next();
  while (step.done !== true) {
    const { ask, of } = step.value;
    if (dead.has(of.id)) step = lookup.next({ kind: 'dead' });
    else if (ask === 'confirm') step = lookup.next({ kind: 'owner' });
    else step = lookup.next(routeTo(ring.get(of.id)!, key, new Set(step.value.without), 2));
  }
  return step.value;
}

const ids = fc.uniqueArray(point, { minLength: 1, maxLength: 40 });

test('every lookup in an ideal ring ends at the node of the key, which the node before it precedes', (t) => {
  fc.assert(
    fc.property(ids, point, fc.nat(), fc.integer({ min: 1, max: 6 }), (nodes, key, from, r) => {
      const outcome = lookUp(idealRing(nodes, r), nodes[from % nodes.length]!, key, new Set());
      if ('failed' in outcome) return t.fail(outcome.failed);
      const owner = ownerIn(nodes, key);
      t.is(outcome.owner.id, owner);
      const sorted = [...nodes].sort();
      t.is(outcome.before?.id, sorted[(sorted.indexOf(owner) + sorted.length - 1) % sorted.length]);
      t.true(outcome.hops <= 8, `${outcome.hops} hops`);
    }),
    { numRuns: 500 },
  );
});

test('with dead nodes a lookup ends at the first live one at or after the key, as long as the lists reach it', (t) => {
  fc.assert(
    fc.property(ids, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), point, (nodes, alive, key) => {
      const dead = new Set(nodes.filter((_, at) => at > 0 && !alive[at]));
      const live = nodes.filter((id) => !dead.has(id));
      // Lists as long as the ring: what is tested is the way around the dead.
      const outcome = lookUp(idealRing(nodes, 40), nodes[0]!, key, dead);
      if ('failed' in outcome) return t.fail(outcome.failed);
      t.is(outcome.owner.id, ownerIn(live, key));
      t.true(outcome.timeouts <= dead.size);
    }),
    { numRuns: 500 },
  );
});

test('a lookup that finds everybody dead says so', (t) => {
  const ring = idealRing(['10', '20', '30', '40'], 1);
  const outcome = lookUp(ring, '10', '25', new Set(['20', '30', '40']));
  t.true('failed' in outcome);
});

test('a node that has joined is found, although only its successor knows of it', (t) => {
  const lookup = findOwner(
    peerAt('10'),
    { kind: 'owners', peers: peersAt('40', '50'), before: peerAt('20') },
    64,
  );
  t.deepEqual(lookup.next().value, { ask: 'confirm', of: peerAt('40') });
  t.deepEqual(lookup.next({ kind: 'nearer', peer: peerAt('30') }).value, {
    ask: 'confirm',
    of: peerAt('30'),
  });
  const { value } = lookup.next({ kind: 'owner' });
  t.like(value, { owner: peerAt('30'), successors: peersAt('40', '50'), hops: 2, timeouts: 0 });
});

test('a nearer node that is dead is none', (t) => {
  const lookup = findOwner(
    peerAt('10'),
    { kind: 'owners', peers: peersAt('40', '50'), before: peerAt('20') },
    64,
  );
  lookup.next();
  lookup.next({ kind: 'nearer', peer: peerAt('30') });
  t.like(lookup.next({ kind: 'dead' }).value, {
    owner: peerAt('40'),
    successors: peersAt('50'),
    hops: 1,
    timeouts: 1,
  });
});

test('the node before a key is the nearest that is not known to be dead', (t) => {
  const member = idealRing(['10', '20', '30', '40'], 3).get('10')!;
  t.like(routeTo(member, '35', new Set(['30']), 2), { kind: 'owners', before: peerAt('20') });
  t.like(routeTo(member, '35', new Set(['20', '30']), 2), { kind: 'owners', before: peerAt('10') });
  t.like(routeTo(member, '05', new Set(['40']), 2), { kind: 'owners', before: undefined });
});
