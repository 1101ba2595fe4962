// The exchanges of the corrected protocol, run by hand: what is asked, and what state follows. The sentences are those of
// Zave, "Reasoning about identifier spaces: how to make Chord correct" (TSE 2017), in other words.
import test from 'ava';
import type { Peer } from '../../actors/chord/messages.ts';
import { correctedRules } from '../../actors/chord/ring/corrected.ts';
import type { Answer, Exchange } from '../../actors/chord/ring/exchange.ts';
import { Member } from '../../actors/chord/ring/member.ts';
import { idsOf, peerAt, peersAt } from './support/points.ts';

/** A member that believes this. */
function memberAt(id: string, successors: string[], predecessor?: string, length = 3): Member {
  const member = new Member(peerAt(id), length, () => {});
  member.phase = 'member';
  member.successors = peersAt(...successors);
  member.predecessor = predecessor === undefined ? undefined : peerAt(predecessor);
  return member;
}

/** What a lookup says of a place. */
const between = (before: string, successor: string) => ({
  before: peerAt(before),
  successor: peerAt(successor),
});

const dead: Answer = { kind: 'dead' };
const alive: Answer = { kind: 'alive' };
function state(successors: string[], predecessor?: string): Answer {
  return {
    kind: 'state',
    successors: peersAt(...successors),
    predecessor: predecessor === undefined ? undefined : peerAt(predecessor),
  };
}

/** Runs an exchange with these answers; gives what was asked, `ask id`, and the result. */
function play<Result>(exchange: Exchange<Result>, answers: Answer[]): { asked: string[]; result: Result } {
  const asked: string[] = [];
  let step = exchange.next();
  while (step.done !== true) {
    asked.push(`${step.value.ask} ${step.value.of.id}`);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`no answer for ${asked.at(-1)}`);
    step = exchange.next(answer);
  }
  if (answers.length > 0) throw new Error(`${answers.length} answers were not asked for`);
  return { asked, result: step.value };
}

test('stabilize: the list is that of the successor behind it, and the successor is notified', (t) => {
  const member = memberAt('10', ['20', '30', '40'], '00');
  const { asked, result } = play(correctedRules.stabilize(member), [state(['30', '50', '60'], '10')]);
  t.deepEqual(asked, ['state 20']);
  t.deepEqual(idsOf(member.successors), ['20', '30', '50']);
  t.is(result?.id, '20');
});

test('stabilize: a nearer node becomes the successor when it has answered itself, with its own list', (t) => {
  const member = memberAt('10', ['20', '30', '40']);
  const { asked, result } = play(correctedRules.stabilize(member), [
    state(['30', '40', '50'], '18'),
    state(['20', '30', '40'], '12'),
  ]);
  t.deepEqual(asked, ['state 20', 'state 18']);
  t.deepEqual(idsOf(member.successors), ['18', '20', '30']);
  t.is(result?.id, '18');
});

test('stabilize: a nearer node that is dead is left alone', (t) => {
  const member = memberAt('10', ['20', '30', '40']);
  const { result } = play(correctedRules.stabilize(member), [state(['30', '40', '50'], '18'), dead]);
  t.deepEqual(idsOf(member.successors), ['20', '30', '40']);
  t.is(result?.id, '20');
});

test("stabilize: a successor's predecessor that is not between is not asked", (t) => {
  const member = memberAt('10', ['20', '30', '40']);
  t.deepEqual(play(correctedRules.stabilize(member), [state(['30', '40', '50'], '08')]).asked, ['state 20']);
});

test('stabilize: dead successors are passed over, and the list stays whole until a live one has answered', (t) => {
  const member = memberAt('10', ['20', '30', '40']);
  const exchange = correctedRules.stabilize(member);
  exchange.next();
  const second = exchange.next(dead);
  t.is(second.done === true ? undefined : second.value.of.id, '30');
  t.deepEqual(idsOf(member.successors), ['20', '30', '40']);
  exchange.next(state(['40', '50', '60'], '20'));
  t.deepEqual(idsOf(member.successors), ['30', '40', '50']);
});

test('stabilize: with all successors dead the predecessor is the one hope, and then the node is alone', (t) => {
  const member = memberAt('10', ['20', '30'], '08');
  t.deepEqual(play(correctedRules.stabilize(member), [dead, dead, state(['10', '20'], '04')]).asked, [
    'state 20',
    'state 30',
    'state 08',
  ]);
  t.deepEqual(idsOf(member.successors), ['08']);
  t.is(play(correctedRules.stabilize(member), [dead, dead]).result, undefined);
  t.deepEqual(idsOf(member.successors), []);
  t.is(member.predecessor, undefined);
});

test('rectify: a nearer candidate is taken, since it has just spoken for itself', (t) => {
  const member = memberAt('10', ['20'], '04');
  t.deepEqual(play(correctedRules.rectify(member, peerAt('08')), []).asked, []);
  t.is(member.predecessor?.id, '08');
});

test('rectify: one that is farther is taken only if the predecessor, asked, is dead', (t) => {
  const member = memberAt('10', ['20'], '08');
  t.deepEqual(play(correctedRules.rectify(member, peerAt('04')), [alive]).asked, ['ping 08']);
  t.is(member.predecessor?.id, '08');
  play(correctedRules.rectify(member, peerAt('04')), [dead]);
  t.is(member.predecessor?.id, '04');
});

test('rectify: the predecessor and the node itself are no news', (t) => {
  const member = memberAt('10', ['20'], '08');
  for (const id of ['08', '10']) t.deepEqual(play(correctedRules.rectify(member, peerAt(id)), []).asked, []);
  t.is(member.predecessor?.id, '08');
});

function outsider(id: string): Member {
  return new Member(peerAt(id), 3, () => {});
}

test('join: a whole list is copied from the node before, and that one is the predecessor', (t) => {
  const member = outsider('18');
  const { result } = play(correctedRules.join(member, between('10', '20')), [
    state(['20', '30', '40'], '00'),
  ]);
  t.is(result, 'joined');
  t.is(member.phase, 'member');
  t.deepEqual(idsOf(member.successors), ['20', '30', '40']);
  t.is(member.predecessor?.id, '10');
});

test('join: a node that has joined meanwhile is gone on to', (t) => {
  const member = outsider('18');
  const { asked, result } = play(correctedRules.join(member, between('10', '20')), [
    state(['14', '20', '30'], '00'),
    state(['20', '30', '40'], '10'),
  ]);
  t.deepEqual(asked, ['state 10', 'state 14']);
  t.is(result, 'joined');
  t.is(member.predecessor?.id, '14');
});

test('join: a dead node and an identifier that is taken are no place', (t) => {
  const member = outsider('18');
  const join = (answer: Answer): string =>
    play(correctedRules.join(member, between('10', '20')), [answer]).result;
  t.is(join(dead), 'retry');
  t.is(join(state(['18', '20', '30'])), 'taken');
  t.is(member.phase, 'outside');
  t.deepEqual(idsOf(member.successors), []);
});

test('join: the second node of a ring has the first one on both sides', (t) => {
  const member = outsider('18');
  play(correctedRules.join(member, between('10', '20')), [state([])]);
  t.deepEqual(idsOf(member.successors), ['10']);
  t.is(member.predecessor?.id, '10');
});

test('a leave is verified by the node before it; to others it is nothing', (t) => {
  const member = memberAt('10', ['20', '30'], '08');
  const leaver = (id: string) => ({ peer: peerAt(id), successors: [] as Peer[] });
  t.is(correctedRules.hint(member, leaver('20')), 'verify');
  t.is(correctedRules.hint(member, leaver('30')), 'nothing');
  t.deepEqual(idsOf(member.successors), ['20', '30']);
});
