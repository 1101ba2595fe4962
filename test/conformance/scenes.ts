// What an actor sees must not depend on the world it is in: each scene has one outcome.
import type { Address } from '../../lib/index.ts';
import { Boss, Clerk, Clock, Conductor, Foreman, Notes, Shop, Worker } from './actors.ts';
import type { Ground, Scene } from './worlds.ts';

const worker = ({ spawn, notes }: Ground, label = 'w', node = 2) => spawn(Worker, { label, notes }, node);

/** How an ask ends. */
async function endOf(asked: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await asked)}`;
  } catch (error) {
    const { name, code, message } = error as Error & { code?: unknown };
    // The text of a runtime's error names nodes, and that of the platform's own is the platform's.
    return code === 'E_TOO_MUCH'
      ? `${name}: ${message}`
      : `${name} ${typeof code === 'string' ? code : ''}`.trim();
  }
}

/** The notes of one label among several, in their order. */
const notesOf = (all: readonly string[], label: string) => all.filter((note) => note.startsWith(`${label} `));

/** Notes without those of other labels' beginnings, which come by other ways. */
async function notesWhen({ notes }: Ground, count: number): Promise<string[]> {
  return notes.ask.whenThereAre(count);
}

export const scenes: readonly Scene[] = [
  {
    name: 'messages of one actor to another come in the order they were sent, whatever others send',
    async play(ground) {
      const to = await ground.spawn(Notes, undefined, 1);
      const senders = await Promise.all(['a', 'b', 'c'].map((label, i) => worker(ground, label, 1 + i)));
      for (const sender of senders) sender.tell.count({ to, times: 300 });
      for (const sender of senders) sender.tell.count({ to, times: 10 });
      const all = await to.ask.whenThereAre(930);
      const expected = (label: string) =>
        [...Array(300).keys(), ...Array(10).keys()].map((i) => `${label} ${i}`);
      return ['a', 'b', 'c'].map((label) => notesOf(all, label).join() === expected(label).join());
    },
    outcome: [true, true, true],
  },
  {
    name: 'asks are answered after what was told before, fail with the error of the handler, and all of them settle',
    async play(ground) {
      const w = await worker(ground);
      w.tell.add(20);
      w.tell.add(22);
      const answers = [
        await endOf(w.ask.total()),
        await endOf(w.ask.refuse(7)),
        // It has begun again.
        await endOf(w.ask.total()),
        await endOf(w.ask.askSelf()),
      ];
      ground.stop(w);
      return [...answers, await endOf(w.ask.total())];
    },
    outcome: [
      'answered 42',
      'TooMuchError: 7 is too much',
      'answered 0',
      'answered "SelfAskError"',
      'ActorStoppedError ERR_THRUM_ACTOR_STOPPED',
    ],
  },
  {
    name: 'an ask that is out of time rejects, and its handler is aborted; so is one that is given up',
    async play(ground) {
      const w = await worker(ground);
      const late = await endOf(w.ask.untilAborted({ timeoutMs: 50 }));
      await ground.notes.ask.whenThereAre(2);
      const control = new AbortController();
      const given = endOf(w.ask.never({ signal: control.signal }));
      control.abort();
      const other = await worker(ground, 'v', 1);
      const behind = endOf(other.ask.never({ timeoutMs: 50 }));
      return [late, await given, await behind, await notesWhen(ground, 3)];
    },
    outcome: [
      'AskTimeoutError ERR_THRUM_ASK_TIMEOUT',
      'AbortError',
      'AskTimeoutError ERR_THRUM_ASK_TIMEOUT',
      ['w begins', 'w aborted: AbortError', 'v begins'],
    ],
  },
  {
    name: 'a bad message throws where it is sent, and nothing is sent',
    async play(ground) {
      const w = await worker(ground);
      const thrown: string[] = [];
      for (const attempt of [() => w.tell.add('1' as never), () => w.ask.refuse(null as never)]) {
        try {
          await attempt();
        } catch (error) {
          thrown.push((error as Error).name);
        }
      }
      return [thrown, await w.ask.total()];
    },
    outcome: [['InvalidMessageError', 'InvalidMessageError'], 0],
  },
  {
    name: 'who fails begins again with the messages that wait, under the same ref; or goes on; or stops, and watchers hear why',
    async play(ground) {
      const boss = await ground.spawn(Boss, { label: 'boss', notes: ground.notes }, 1);
      const totals: unknown[] = [];
      for (const onFailure of ['restart', 'resume', 'stop'] as const) {
        const w = await boss.ask.hire({ label: onFailure, on: ground.nodeId(2), onFailure });
        await boss.ask.watch(w);
        w.tell.add(1);
        w.tell.fail('as told');
        w.tell.add(10);
        totals.push(await endOf(w.ask.total()));
      }
      // The watch's answer and the worker's own notes come by different ways.
      const all = await notesWhen(ground, 8);
      return [
        totals,
        ['restart', 'resume', 'stop'].map((label) => notesOf(all, label)),
        all.includes('failed Error: as told'),
      ];
    },
    outcome: [
      ['answered 10', 'answered 11', 'ActorStoppedError ERR_THRUM_ACTOR_STOPPED'],
      [['restart begins', 'restart ends', 'restart begins'], ['resume begins'], ['stop begins', 'stop ends']],
      true,
    ],
  },
  {
    name: 'too many restarts are the failure of the parent, which takes its children along',
    async play(ground) {
      const boss = await ground.spawn(Boss, { label: 'boss', notes: ground.notes }, 1);
      const w = await boss.ask.hire({ label: 'w', on: ground.nodeId(2), restartsMax: 1 });
      w.tell.fail('once');
      w.tell.fail('twice');
      const all = await notesWhen(ground, 7);
      return [notesOf(all, 'w'), notesOf(all, 'boss'), await endOf(w.ask.total())];
    },
    outcome: [
      ['w begins', 'w ends', 'w begins', 'w ends'],
      ['boss begins', 'boss ends', 'boss begins'],
      'ActorStoppedError ERR_THRUM_ACTOR_STOPPED',
    ],
  },
  {
    name: 'one-for-all restarts all, rest-for-one those that came after',
    async play(ground) {
      const outcomes: unknown[] = [];
      for (const [definition, count] of [
        [Conductor, 10],
        [Foreman, 8],
      ] as const) {
        const notes = await ground.spawn(Notes, undefined, 1);
        const boss = await ground.spawn(definition, { label: 'boss', notes }, 1);
        const hired = [];
        for (const label of ['a', 'b', 'c']) hired.push(await boss.ask.hire({ label, on: ground.nodeId(2) }));
        hired[1]!.tell.fail('as told');
        const all = await notes.ask.whenThereAre(count);
        outcomes.push(['a', 'b', 'c'].map((label) => notesOf(all, label).length));
        outcomes.push(await Promise.all(hired.map((ref) => endOf(ref.ask.total()))));
      }
      return outcomes;
    },
    outcome: [
      [3, 3, 3],
      ['answered 0', 'answered 0', 'answered 0'],
      [1, 3, 3],
      ['answered 0', 'answered 0', 'answered 0'],
    ],
  },
  {
    name: 'stop leaves what waits, drain handles it first, kill does not wait for the handler',
    async play(ground) {
      const to = await ground.spawn(Notes, undefined, 1);
      const boss = await ground.spawn(Boss, { label: 'boss', notes: to }, 1);
      const ended = async (label: 'stopped' | 'drained' | 'killed'): Promise<string> => {
        const w = await worker(ground, label);
        const gate = await ground.spawn(Notes, undefined, 2);
        await boss.ask.watch(w);
        w.tell.hold(gate);
        w.tell.count({ to, times: 2 });
        ground.stop(w, { drain: label === 'drained', kill: label === 'killed' });
        const open = endOf(w.ask.total());
        // It goes where the stop has gone, and so comes after it.
        if (label !== 'killed') gate.tell.note('open');
        return open;
      };
      const ends = [await ended('stopped'), await ended('killed'), await ended('drained')];
      // The boss's beginning, the counted, and three ends.
      const all = await to.ask.whenThereAre(6);
      return [ends, all.filter((note) => note !== 'boss begins').sort()];
    },
    outcome: [
      Array(3).fill('ActorStoppedError ERR_THRUM_ACTOR_STOPPED'),
      ['drained 0', 'drained 1', 'stopped', 'stopped', 'stopped'],
    ],
  },
  {
    name: 'children stop before their parent, wherever they are',
    async play(ground) {
      const boss = await ground.spawn(Boss, { label: 'boss', notes: ground.notes }, 1);
      await boss.ask.hire({ label: 'here' });
      await boss.ask.hire({ label: 'there', on: ground.nodeId(2) });
      ground.stop(boss);
      const all = await notesWhen(ground, 6);
      return [
        all.indexOf('boss ends') > all.indexOf('here ends'),
        notesOf(all, 'boss'),
        notesOf(all, 'there'),
      ];
    },
    outcome: [true, ['boss begins', 'boss ends'], ['there begins', 'there ends']],
  },
  {
    name: 'a watch tells of an end, also of one that was before it',
    async play(ground) {
      const boss = await ground.spawn(Boss, { label: 'boss', notes: ground.notes }, 1);
      const w = await worker(ground);
      await boss.ask.watch(w);
      w.tell.stopYourself();
      const first = await notesWhen(ground, 4);
      await boss.ask.watch(w);
      const second = await notesWhen(ground, 5);
      return [first.includes('stopped'), second.at(-1)];
    },
    outcome: [true, 'unknown'],
  },
  {
    name: 'what is put aside comes before what waits, in its order, with the handlers of then',
    async play(ground) {
      const shop = await ground.spawn(Shop, { notes: ground.notes }, 2);
      for (const what of ['apples', 'pears']) shop.tell.buy(what);
      shop.tell.open();
      shop.tell.buy('nuts');
      shop.tell.close();
      shop.tell.buy('figs');
      shop.tell.open();
      return notesWhen(ground, 7);
    },
    outcome: ['open', 'sold apples', 'sold pears', 'sold nuts', 'closed', 'open', 'sold figs'],
  },
  {
    name: 'timers come in the order of their times, unless they were cancelled',
    async play(ground) {
      const clock = await ground.spawn(Clock, { notes: ground.notes }, 2);
      clock.tell.start();
      return notesWhen(ground, 6);
    },
    outcome: ['slept', 'after 20', 'after 60', 'tick 1', 'tick 2', 'tick 3'],
  },
  {
    name: 'a name is taken once, found from everywhere, and free again afterwards',
    async play(ground) {
      const [here, there] = [
        await ground.spawn(Clerk, undefined, 1),
        await ground.spawn(Clerk, undefined, 2),
      ];
      const nobody = await there.ask.lookup('leader');
      const leader = await here.ask.spawn('leader');
      const found = await there.ask.lookup('leader');
      const taken = await endOf(there.ask.spawn('leader'));
      const both = await Promise.all([here.ask.lookupOrSpawn('other'), there.ask.lookupOrSpawn('other')]);
      return [nobody, found?.equals(leader), taken, both[0].equals(both[1])];
    },
    outcome: [null, true, 'NameTakenError ERR_THRUM_NAME_TAKEN', true],
  },
  {
    name: 'a group has the same members in the same order on every node, as long as they live',
    async play(ground) {
      const clerks = [await ground.spawn(Clerk, undefined, 1), await ground.spawn(Clerk, undefined, 2)];
      const members = [await ground.spawn(Notes, undefined, 1), await ground.spawn(Notes, undefined, 2)];
      for (const [i, member] of members.entries()) await clerks[1 - i]!.ask.join({ group: 'crew', member });
      const seen = await Promise.all(clerks.map((clerk) => clerk.ask.members('crew')));
      const places = (refs: readonly Address[]) =>
        refs.map((ref) => members.findIndex((one) => one.equals(ref)));
      ground.stop(members[0]!);
      let left = seen[0]!;
      while (left.length > 1) left = await clerks[1]!.ask.members('crew');
      return [seen.map(places), places(left)];
    },
    outcome: [
      [
        [0, 1],
        [0, 1],
      ],
      [1],
    ],
  },
];
