// Everybody is told, or asked, and so many replies make an answer.
import test from 'ava';
import {
  ActorStoppedError,
  AskTimeoutError,
  CanaryFailedError,
  InvalidMessageError,
  InvalidOptionError,
  NotEnoughRepliesError,
  pool,
} from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { type Behaves, here, leaf, owner, perSlot } from '../fixtures/pooled.ts';
import { gate, scene } from '../fixtures/puppets.ts';

/** Slot 0 answers after 10 ms, slot 1 after 20 ms and so on; `fail 1 3`: those fail at once. */
const staggered: Behaves = async ({ slot, message, ctx }) => {
  if (message.split(' ').slice(1).includes(String(slot))) throw new Error(`slot ${slot} fails`);
  await ctx.sleep(10 * (slot + 1));
  return String(slot);
};

const resumes = { ...here, supervision: { onFailure: 'resume' as const } };

test(
  'a broadcast tells every member, and says how many have accepted',
  scene(async (t, on) => {
    const held = gate<string>();
    const { definition, log } = leaf(() => held.passed);
    const leaves = await pool(await owner(on), definition, 3, { ...here, mailbox: { capacity: 1 } });
    t.is(leaves.broadcast.note('a'), 3);
    await settle();
    leaves.members[1]!.tell.note('b');
    t.is(leaves.broadcast.note('c'), 2);
    held.open('');
    await settle();
    t.deepEqual(log.sort(), ['0 a', '0 c', '1 a', '1 b', '2 a', '2 c']);
  }),
);

test(
  'a gather has every reply, in the order in which they came',
  scene(async (t, on) => {
    const { definition } = leaf(async (l) => staggered({ ...l, slot: 3 - l.slot }));
    const leaves = await pool(await owner(on), definition, 4, here);
    const all = leaves.gather.read('x');
    await on.world.advance(40);
    t.deepEqual(await all, { replies: ['0', '1', '2', '3'], asked: 4, failures: [] });
  }),
);

test(
  'a pool that has ended has nobody to be asked, which a gather says as an ask does',
  scene(async (t, on) => {
    const { definition } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 2, here);
    await leaves.stop();
    for (const options of [undefined, { first: 2 }, { canaries: 1 }]) {
      const stopped = { instanceOf: ActorStoppedError, message: /read/ };
      await t.throwsAsync(leaves.gather.read('x', options), stopped);
    }
    t.throws(() => leaves.gather.read(7 as unknown as string), { instanceOf: InvalidMessageError });
  }),
);

test(
  'first k: the first replies are the answer, the other asks are given up',
  scene(async (t, on) => {
    const { definition, aborted } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 4, resumes);
    const two = leaves.gather.read('x', { first: 2 });
    await on.world.advance(20);
    t.deepEqual(await two, { replies: ['0', '1'], asked: 4, failures: [] });
    t.deepEqual(aborted.sort(), [2, 3]);
    const despite = leaves.gather.read('fail 0 1', { first: 2 });
    await on.world.advance(40);
    const { replies, failures } = await despite;
    t.deepEqual(replies, ['2', '3']);
    t.deepEqual(failures.map(({ message }) => message).sort(), ['slot 0 fails', 'slot 1 fails']);
  }),
);

test(
  'too few replies are an error as soon as that is certain, with what went wrong',
  scene(async (t, on) => {
    const { definition, aborted } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 4, resumes);
    const error = await t.throwsAsync(leaves.gather.read('fail 1 3', { first: 3 }), {
      instanceOf: NotEnoughRepliesError,
      code: 'ERR_THRUM_NOT_ENOUGH_REPLIES',
    });
    t.is(error.needed, 3);
    t.is(error.replies, 0, 'the two that could answer were not waited for');
    t.deepEqual(error.failures.map(({ message }) => message).sort(), ['slot 1 fails', 'slot 3 fails']);
    await settle();
    t.deepEqual(aborted.sort(), [0, 2]);
    await t.throwsAsync(leaves.gather.read('fail 2'), { instanceOf: NotEnoughRepliesError });
  }),
);

test(
  'good enough: after a time the share that came is the answer',
  scene(async (t, on) => {
    const { definition, aborted } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 10, here);
    const most = leaves.gather.read('x', { share: 0.5, withinMs: 75 });
    await on.world.advance(74);
    t.deepEqual(aborted, []);
    await on.world.advance(1);
    t.deepEqual(await most, { replies: ['0', '1', '2', '3', '4', '5', '6'], asked: 10, failures: [] });
    t.deepEqual(aborted.sort(), [7, 8, 9]);
  }),
);

test(
  'good enough: where the share has not come in time, the answer comes when it has',
  scene(async (t, on) => {
    const { definition } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 10, resumes);
    let done = false;
    const most = leaves.gather.read('x', { share: 0.45, withinMs: 15 });
    void most.then(() => {
      done = true;
    });
    await on.world.advance(49);
    t.false(done);
    await on.world.advance(1);
    t.is((await most).replies.length, 5);
    const all = leaves.gather.read('fail 9', { share: 0.9, withinMs: 1000 });
    await on.world.advance(90);
    t.is((await all).replies.length, 9, 'nobody is left to wait for');
    await t.throwsAsync(leaves.gather.read('fail 0 1', { share: 0.9 }), {
      instanceOf: NotEnoughRepliesError,
    });
  }),
);

test(
  'canaries are asked first, the others when they have answered',
  scene(async (t, on) => {
    const { definition, log } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 4, here);
    const all = leaves.gather.read('x', { canaries: 2 });
    await settle();
    t.deepEqual(perSlot(log, 4), [1, 1, 0, 0]);
    await on.world.advance(19);
    t.is(log.length, 2, 'both must have answered');
    await on.world.advance(1);
    t.is(log.length, 4);
    await on.world.advance(40);
    t.deepEqual((await all).replies, ['0', '1', '2', '3']);
    const only = leaves.gather.read('x', { canaries: 4 });
    await on.world.advance(40);
    t.is((await only).replies.length, 4);
  }),
);

test(
  'when a canary fails nobody else is asked',
  scene(async (t, on) => {
    const { definition, log } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 4, resumes);
    const error = await t.throwsAsync(leaves.gather.read('fail 0', { canaries: 1, first: 1 }), {
      instanceOf: CanaryFailedError,
      code: 'ERR_THRUM_CANARY_FAILED',
    });
    t.is((error.cause as Error).message, 'slot 0 fails');
    t.regex(error.message, /0\/leaf.*'read'.*slot 0 fails/);
    const late = t.throwsAsync(leaves.gather.read('x', { canaries: 2, timeoutMs: 12 }), {
      instanceOf: CanaryFailedError,
    });
    await on.world.advance(20);
    t.true((await late).cause instanceof AskTimeoutError);
    await on.world.advance(100);
    t.deepEqual(perSlot(log, 4), [2, 1, 0, 0]);
  }),
);

test(
  'a gather times out, and ends with a signal',
  scene(async (t, on) => {
    const { definition, aborted } = leaf(staggered);
    const leaves = await pool(await owner(on), definition, 4, here);
    const late = t.throwsAsync(leaves.gather.read('x', { timeoutMs: 25 }), {
      instanceOf: NotEnoughRepliesError,
    });
    await on.world.advance(30);
    t.true((await late).failures.every((error) => error instanceof AskTimeoutError));
    t.is((await late).replies, 2);
    await on.world.advance(50);
    aborted.length = 0;
    for (const canaries of [0, 2]) {
      const controller = new AbortController();
      const reason = new Error('gone home');
      const gathering = t.throwsAsync(leaves.gather.read('x', { canaries, signal: controller.signal }), {
        is: reason,
      });
      await settle();
      controller.abort(reason);
      await gathering;
      await settle();
    }
    t.deepEqual(aborted.sort(), [0, 0, 1, 1, 2, 3]);
  }),
);

test(
  'what each member gets is its own',
  scene(async (t, on) => {
    const { definition, log } = leaf();
    const leaves = await pool(await owner(on), definition, 3, here);
    const { replies } = await leaves.gather.bytes({ data: [1, 2] });
    t.deepEqual(replies, [3, 3, 3]);
    t.deepEqual(log, ['0 1,2', '1 1,2', '2 1,2']);
  }),
);

test(
  'where too few are there for now, a gather waits for those that are being replaced, within its timeout',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 2, here);
    on.node.stop(leaves.members[1]!, false);
    await settle();
    t.deepEqual(await leaves.gather.read('x'), { replies: ['0'], asked: 1, failures: [] });
    const controller = new AbortController();
    const { signal } = controller;
    const late = t.throwsAsync(leaves.gather.read('x', { first: 2, timeoutMs: 5 }), {
      instanceOf: NotEnoughRepliesError,
      message: /'read' had 0 replies where 2 are needed: .* didn't answer 'read' within 5 ms/,
    });
    const aborted = t.throwsAsync(leaves.gather.read('x', { first: 2, signal }), { message: 'enough' });
    const both = leaves.gather.read('x', { first: 2, canaries: 2 });
    await on.world.advance(5);
    await late;
    controller.abort(new Error('enough'));
    await aborted;
    await on.world.advance(5);
    t.deepEqual(await both, { replies: ['0', '1'], asked: 2, failures: [] });
    // Nobody is there at all, and somebody comes.
    for (const member of leaves.members) on.node.stop(member, false);
    await settle();
    const anybody = leaves.gather.read('x');
    await on.world.advance(20);
    t.true((await anybody).asked >= 1);
  }),
);

test(
  'a gather does not wait for members that nobody replaces',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 3, { ...here, replace: false });
    on.node.stop(leaves.members[0]!, false);
    await settle();
    t.deepEqual((await leaves.gather.read('x', { first: 2 })).replies, ['1', '2']);
    const few = { instanceOf: NotEnoughRepliesError, message: /0 replies where 3 are needed/ };
    await t.throwsAsync(leaves.gather.read('x', { first: 3 }), few);
  }),
);

test(
  'options that make no sense are refused',
  scene(async (t, on) => {
    const { definition, log } = leaf();
    const leaves = await pool(await owner(on), definition, 3, here);
    const refused = (options: object, message: RegExp) =>
      t.throws(() => leaves.gather.read('x', options), { instanceOf: InvalidOptionError, message });
    refused({ first: 0 }, /first .* 1 to 3/);
    refused({ first: 4 }, /first/);
    refused({ share: 0 }, /share/);
    refused({ share: 1.1 }, /share/);
    refused({ share: 0.5, withinMs: 0 }, /withinMs/);
    refused({ withinMs: 5 }, /needs share/);
    refused({ canaries: 4 }, /canaries/);
    refused({ timeoutMs: 0 }, /timeoutMs/);
    await settle();
    t.deepEqual(log, []);
  }),
);
