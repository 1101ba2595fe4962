// Each invariant fails on a ring that is wrong in its way, and holds on one that isn't.
import test from 'ava';
import { Member } from '../../actors/chord/ring/member.ts';
import {
  enoughPrincipals,
  ideal,
  liveSuccessor,
  mayFail,
  oneOrderedRing,
  orderedLists,
  principalsOf,
  principalsStay,
  wholeLists,
} from './support/invariants.ts';
import { peerAt, peersAt } from './support/points.ts';
import { RingState } from './support/ringState.ts';

/** A ring where these nodes have these lists; who has no list is dead. */
function ring(lists: Record<string, string[]>, r = 2): RingState {
  const state = new RingState(r);
  for (const [id, list] of Object.entries(lists)) addMember(state, id, list);
  return state;
}

function addMember(state: RingState, id: string, list: string[], predecessor?: string): Member {
  const member = new Member(peerAt(id), state.r, () => {});
  member.phase = 'member';
  member.successors = peersAt(...list);
  member.predecessor = predecessor === undefined ? undefined : peerAt(predecessor);
  state.started(member);
  return member;
}

const good = { '10': ['20', '30'], '20': ['30', '40'], '30': ['40', '10'], '40': ['10', '20'] };

test('a good ring satisfies all of them', (t) => {
  for (const invariant of [liveSuccessor, oneOrderedRing, orderedLists, wholeLists, enoughPrincipals]) {
    t.is(invariant(ring(good)), undefined);
  }
});

test('a member whose list holds the dead alone is found', (t) => {
  t.regex(liveSuccessor(ring({ ...good, '40': ['50', '60'] }))!, /40 has no live successor/);
});

test('two rings, a ring out of order and a member that reaches none are found', (t) => {
  t.regex(oneOrderedRing(ring({ '10': ['20'], '20': ['10'], '30': ['40'], '40': ['30'] }))!, /two rings/);
  t.regex(oneOrderedRing(ring({ '10': ['30'], '30': ['20'], '20': ['40'], '40': ['10'] }))!, /out of order/);
  t.regex(oneOrderedRing(ring({ '10': ['20'], '20': ['50'] }))!, /doesn't reach/);
});

test('an appendage is no second ring', (t) => {
  t.is(oneOrderedRing(ring({ ...good, '15': ['20', '30'] })), undefined);
});

test('a list out of order, and one that is short, are found', (t) => {
  t.regex(orderedLists(ring({ ...good, '10': ['30', '20'] }))!, /the list of 10/);
  t.regex(orderedLists(ring({ ...good, '10': ['20', '10'] }))!, /the list of 10/);
  t.regex(wholeLists(ring({ ...good, '10': ['20'] }))!, /the list of 10/);
});

test('who is skipped, by a list or by one on its way, is no principal', (t) => {
  const state = ring({ ...good, '15': ['20', '30'] });
  t.deepEqual([...principalsOf(state)], ['10', '20', '30', '40']);
  // 20 has told 10 of its list when 30 wasn't there yet.
  const early = new Member(peerAt('20'), 2, () => {});
  early.successors = peersAt('40', '10');
  state.listSent(early, peerAt('10'), 1, false);
  t.deepEqual([...principalsOf(state)], ['10', '20', '40']);
  state.listArrived(state.nodes.get('10')!, 1);
  t.deepEqual([...principalsOf(state)], ['10', '20', '30', '40']);
});

test('a joining node skips those between itself and the list it is given', (t) => {
  const state = ring({ ...good, '18': ['20', '30'], '10': ['18', '20'], '40': ['10', '18'] });
  t.true(principalsOf(state).has('18'));
  const early = new Member(peerAt('10'), 2, () => {});
  early.successors = peersAt('20', '30');
  state.listSent(early, peerAt('14'), 1, true);
  t.false(principalsOf(state).has('18'));
});

test('too few principals are found, and one that ceases to be one', (t) => {
  const state = ring(good);
  const stay = principalsStay();
  t.is(stay(state), undefined);
  state.nodes.get('10')!.successors = peersAt('30', '40');
  state.changed(state.nodes.get('10')!);
  t.regex(stay(state)!, /20 is no principal any more/);
  t.is(enoughPrincipals(state), undefined);
  state.nodes.get('20')!.successors = peersAt('40', '10');
  state.changed(state.nodes.get('20')!);
  t.regex(enoughPrincipals(state)!, /only 2 principals/);
});

test('a failure is allowed that leaves every list a live entry, and r + 1 principals', (t) => {
  const five = { ...good, '30': ['40', '50'], '40': ['50', '10'], '50': ['10', '20'] };
  t.true(mayFail(ring(five), '30'));
  // Three principals are to be left of three: nobody may go.
  t.false(mayFail(ring({ '10': ['20', '30'], '20': ['30', '10'], '30': ['10', '20'] }), '20'));
  t.false(mayFail(ring({ ...five, '10': ['20', '99'] }), '20'));
  const state = ring(five);
  const early = new Member(peerAt('20'), 2, () => {});
  early.successors = peersAt('99', '98');
  state.listSent(early, peerAt('10'), 1, false);
  t.false(mayFail(state, '20'));
});

test('ideal means the next r nodes and the one before', (t) => {
  const state = new RingState(2);
  addMember(state, '10', ['20', '30'], '30');
  addMember(state, '20', ['30', '10'], '10');
  const last = addMember(state, '30', ['10', '20'], '20');
  t.is(ideal(state), undefined);
  last.predecessor = peerAt('10');
  t.regex(ideal(state)!, /30 has the predecessor 10/);
});
