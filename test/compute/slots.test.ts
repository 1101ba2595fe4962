// The memory that a pool's threads share with the host: who takes which run, and what an abort meets.
import test from 'ava';
import { elsewhere, RunSlots, roomBytes } from '../../lib/compute/slots.ts';

const frame = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

/** The host's view and that of a thread. */
function pair(count = 4) {
  const host = RunSlots.for(count);
  host.setLimit(count);
  return { host, thread: new RunSlots(host.memory) };
}

test('both sides see the same slots, of the size that was asked for', (t) => {
  for (const count of [1, 8, 24, 2048]) {
    const { host, thread } = pair(count);
    t.is(thread.count, count);
    t.is(thread.roomAt(count - 1), host.roomAt(count - 1));
    t.is(thread.roomAt(count - 1) + roomBytes, host.memory.byteLength);
  }
});

test('a thread takes the run that has waited longest, whatever its slot', (t) => {
  const { host, thread } = pair();
  for (const slot of [2, 0, 3, 1]) host.offer(slot, frame(slot));
  t.deepEqual(
    [1, 2, 3, 4, 5].map(() => thread.take(0)),
    [2, 0, 3, 1, undefined],
  );
});

test('a shift that is one too many takes none', (t) => {
  const { host, thread } = pair();
  host.offer(0, frame(1));
  host.setLimit(1);
  t.is(thread.take(1), undefined);
  t.true(host.isWaiting(0));
  t.is(thread.take(0), 0);
  t.false(host.isWaiting(0));
  t.is(host.shiftOf(0), 0);
});

test('an outcome is there once the run has ended, and is a copy', (t) => {
  const { host, thread } = pair();
  host.offer(1, frame(7, 8));
  t.is(thread.take(1), 1);
  t.deepEqual(thread.bytes.slice(thread.roomAt(1), thread.roomAt(1) + thread.lengthOf(1)), frame(7, 8));
  t.is(host.outcome(1), undefined);
  thread.put(1, frame(1, 2, 3));
  t.is(host.outcome(1), undefined);
  t.true(thread.finish(1));
  const outcome = host.outcome(1);
  host.offer(1, frame(9, 9, 9));
  t.deepEqual(outcome, frame(1, 2, 3));
});

test('an outcome that has no room is said to be elsewhere', (t) => {
  const { host, thread } = pair();
  host.clear(0);
  t.true(thread.begin(0, 1));
  thread.putElsewhere(0);
  thread.finish(0);
  t.is(host.outcome(0), elsewhere);
});

test('an abort withdraws what waits, and meets what runs', (t) => {
  const { host, thread } = pair();
  host.offer(0, frame(1));
  t.is(host.abort(0), 'withdrawn');
  t.is(thread.take(0), undefined);

  host.clear(1);
  t.is(host.abort(1), 'not begun');
  t.false(thread.begin(1, 0));

  host.offer(2, frame(1));
  thread.take(0);
  t.false(thread.isUnwanted(2));
  t.is(host.abort(2), 'deaf');
  t.true(thread.isUnwanted(2));

  host.offer(3, frame(1));
  thread.take(1);
  thread.listen(3);
  t.is(host.abort(3), 'listens');
  thread.finish(3);
  t.is(host.abort(3), 'finished');
});

test('a thread that is about to be ended knows it when its run ends, and one whose run has ended is let be', (t) => {
  const { host, thread } = pair();
  host.offer(0, frame(1));
  thread.take(0);
  t.true(host.doom(0));
  t.false(thread.finish(0));

  host.offer(1, frame(1));
  thread.take(0);
  t.true(thread.finish(1));
  t.false(host.doom(1));
});

test('the host is called once, until it has heard', (t) => {
  const { host, thread } = pair();
  t.true(thread.mustCall());
  t.false(thread.mustCall());
  host.heard();
  t.true(thread.mustCall());
});

test('nobody calls a host that looks for itself, until it has heard', (t) => {
  const { host, thread } = pair();
  host.looks();
  t.false(thread.mustCall());
  host.heard();
  t.true(thread.mustCall());
});

test('a thread stays where it may and its shift has the right, and sees when a run is put into a room', (t) => {
  const { host, thread } = pair();
  t.false(thread.mayStay(0));
  host.letStay(true);
  host.setLimit(2);
  t.deepEqual(
    [0, 1, 2].map((shift) => thread.mayStay(shift)),
    [true, true, false],
  );
  const before = thread.offered;
  host.clear(1);
  t.is(thread.offered, before);
  host.offer(1, frame(1));
  t.not(thread.offered, before);
  host.letStay(false);
  t.false(thread.mayStay(0));
});

test('whoever listens hears of an abort and of the end', async (t) => {
  const { host, thread } = pair();
  host.offer(0, frame(1));
  thread.take(0);
  thread.listen(0);
  const aborted = thread.change(0);
  host.abort(0);
  await aborted;
  t.is(thread.change(0), undefined, 'there is nothing more to hear');

  host.offer(1, frame(1));
  thread.take(0);
  thread.listen(1);
  const ended = thread.change(1);
  thread.finish(1);
  await ended;
  t.is(thread.change(1), undefined);
});
