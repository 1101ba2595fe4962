// Supervision where parent and children are on different threads.
import test, { type ExecutionContext } from 'ava';
import {
  ActorStoppedError,
  type Directive,
  RemoteError,
  RestartLimitError,
  type System,
} from '../../lib/index.ts';
import { OutOfStockError, Recorder, type RecorderRef } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';
import { Crew, type MemberRef, Orchestra } from '../fixtures/teams.ts';

/** A parent on node 1, and what it needs to have members elsewhere. */
async function teamOf(t: ExecutionContext, definition: typeof Crew) {
  const system = await systemFor(t, { threads: 3 });
  const recorder = await system.spawn(Recorder, undefined, { on: 'host' });
  const team = await system.spawn(definition, { label: 'parent', recorder }, { on: 1, name: 'parent' });
  const hire = (label: string, on: number, onFailure: Directive = 'restart') =>
    team.ask.hire({ label, recorder, on, onFailure });
  return { system, recorder, team, hire };
}

/** What has been reported once it is `count` lines, in the order of the shared clock. */
async function reports(recorder: RecorderRef, count: number): Promise<string[]> {
  for (;;) {
    const entries = await recorder.ask.entries();
    if (entries.length < count) continue;
    const timed = entries.map((entry) => ({
      at: BigInt(entry.split(' ')[0]!),
      what: entry.replace(/^\d+ /, ''),
    }));
    return timed.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ what }) => what);
  }
}

const restarted = (system: System, ref: { readonly node: number }) =>
  nextEvent(system, 'restarted', ({ node }) => node === ref.node);

test.serial('a child on another thread restarts there, under the same ref', async (t) => {
  const { system, recorder, hire } = await teamOf(t, Crew);
  const member = await hire('a', 2);
  const begunAgain = restarted(system, member);
  t.true((await failureOf(member.ask.failAsked(3))) instanceof OutOfStockError);
  const asked = member.ask.label();
  t.is((await begunAgain).node, 2);
  t.is(await asked, 'a');
  t.deepEqual(await reports(recorder, 4), ['parent begins', 'a begins', 'a ends', 'a begins']);
});

test.serial(
  'a child on another thread escalates: its parent fails with the error, class and all',
  async (t) => {
    const { system, recorder, team, hire } = await teamOf(t, Crew);
    const member = await hire('a', 2, 'escalate');
    const parentFailed = nextEvent(system, 'failed', ({ node }) => node === 1);
    const parentBegins = restarted(system, team);
    member.tell.fail(3);
    const { during, error, directive } = await parentFailed;
    t.is(during, `child ${member.node}/test/Member#1`);
    t.is(directive, 'restart');
    t.is(error.message, 'only 3 left');
    t.is((error as OutOfStockError).code, 'E_OUT_OF_STOCK');
    // Events are for tools, which know no actor's classes.
    t.true(error instanceof RemoteError);
    await parentBegins;
    t.deepEqual(await reports(recorder, 5), [
      'parent begins',
      'a begins',
      'a ends',
      'parent ends',
      'parent begins',
    ]);
    t.true((await failureOf(member.ask.label())) instanceof ActorStoppedError);
  },
);

test.serial('one failure too many on another thread reaches the parent with its cause', async (t) => {
  const { system, recorder, team } = await teamOf(t, Crew);
  const member = await team.ask.hire({ label: 'a', recorder, on: 2, restartsMax: 0 });
  const parentFailed = nextEvent(system, 'failed', ({ node }) => node === 1);
  member.tell.fail(3);
  const { error } = await parentFailed;
  t.true(error instanceof RestartLimitError);
  t.regex(error.message, /test\/Member#1 failed again after 0 restarts/);
  t.like(error.cause, { name: 'OutOfStockError', code: 'E_OUT_OF_STOCK', left: 3 });
});

test.serial('a watcher on another thread gets the error in its own class', async (t) => {
  const { recorder, team, hire } = await teamOf(t, Crew);
  const member = await hire('a', 2, 'stop');
  team.tell.watch(member);
  // The watch is on its way from node 1 to node 2; what the parent asks there comes behind it.
  await hire('b', 2);
  member.tell.fail(3);
  const entries = await reports(recorder, 5);
  t.true(entries.includes('failed only 3 left true'), entries.join());
});

test.serial(
  'one-for-all with children on two threads: all end, last started first, and begin in the order of their start',
  async (t) => {
    const { system, recorder, hire } = await teamOf(t, Orchestra);
    const members: MemberRef[] = [];
    for (const [label, on] of [
      ['a', 2],
      ['b', 3],
      ['c', 2],
    ] as const) {
      members.push(await hire(label, on));
    }
    t.is((await reports(recorder, 4)).length, 4);
    members[1]!.tell.fail(3);
    const entries = (await reports(recorder, 10)).slice(4);
    t.deepEqual(entries.slice(0, 3), ['b ends', 'c ends', 'a ends']);
    t.deepEqual([...entries.slice(3)].sort(), ['a begins', 'b begins', 'c begins']);
    t.deepEqual(
      entries.slice(3).filter((entry) => entry !== 'b begins'),
      ['a begins', 'c begins'],
      'in order on each thread',
    );
    t.deepEqual(await Promise.all(members.map((member) => member.ask.label())), ['a', 'b', 'c']);
    t.is(system.nodes.length, 4);
  },
);

test.serial(
  'a child that fails before its parent knows that it has started is supervised all the same',
  async (t) => {
    const { recorder, team, hire } = await teamOf(t, Orchestra);
    // So that there is a way from node 2 to the parent: it is faster than the answer to a spawn.
    const before = await hire('before', 2, 'stop');
    team.tell.watch(before);
    before.tell.fail(3);
    await reports(recorder, 4);
    const member = await team.ask.hire({ label: 'hasty', recorder, on: 2, first: 'failsSoon' });
    t.is(await member.ask.label(), 'hasty');
    const entries = (await reports(recorder, 7)).slice(4);
    t.deepEqual(entries, ['hasty begins', 'hasty ends', 'hasty begins']);
  },
);

test.serial(
  'a child whose create throws on another thread rejects the spawn and leaves nothing there',
  async (t) => {
    const { system, recorder, team } = await teamOf(t, Orchestra);
    const error = await failureOf(team.ask.hire({ label: 'unborn', recorder, on: 2, first: 'throws' }));
    t.is(error.message, 'only 0 left');
    t.is(error.code, 'E_OUT_OF_STOCK');
    // The asked handler has failed with it: the parent, which has no child to wait for, begins again.
    await restarted(system, team);
    t.deepEqual(await reports(recorder, 4), [
      'parent begins',
      'unborn begins',
      'parent ends',
      'parent begins',
    ]);
  },
);

test.serial(
  'a child that comes up when its parent has restarted meanwhile is stopped, and the spawn rejects',
  async (t) => {
    const { recorder, team } = await teamOf(t, Crew);
    team.tell.hireAndFail({ label: 'late', recorder, on: 2 });
    const entries = await reports(recorder, 6);
    t.deepEqual([...entries].sort(), [
      'ActorRestartedError',
      'late begins',
      'late ends',
      'parent begins',
      'parent begins',
      'parent ends',
    ]);
  },
);

test.serial('children on other threads end before their parent, as it does before its own', async (t) => {
  const { system, recorder, team, hire } = await teamOf(t, Crew);
  await hire('a', 2);
  await hire('b', 0);
  system.stop(team);
  const entries = await reports(recorder, 6);
  t.deepEqual([...entries.slice(3, 5)].sort(), ['a ends', 'b ends']);
  t.is(entries[5], 'parent ends');
});

test.serial('kill goes through to children on other threads whose handlers hang', async (t) => {
  const { system, recorder, team, hire } = await teamOf(t, Crew);
  const member = await hire('a', 2);
  const hanging = failureOf(member.ask.hang({ timeoutMs: Number.POSITIVE_INFINITY }));
  const behind = failureOf(member.ask.label({ timeoutMs: Number.POSITIVE_INFINITY }));
  // A round trip on the same way: the two are there.
  await hire('b', 2);
  system.stop(team, { kill: true });
  t.true((await hanging) instanceof ActorStoppedError);
  t.true((await behind) instanceof ActorStoppedError);
  const entries = await reports(recorder, 6);
  t.is(entries[5], 'parent ends');
});
