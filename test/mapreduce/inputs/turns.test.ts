import test from 'ava';
import { Turns } from '../../../actors/mapreduce/inputs/turns.ts';

test('a turn is over after its time, and a pause begins another one', async (t) => {
  let nowMs = 100;
  const turns = new Turns(
    undefined,
    () => {},
    () => nowMs,
  );
  nowMs = 109.9;
  t.false(turns.isOver());
  nowMs = 110;
  t.true(turns.isOver());
  await turns.pause();
  t.false(turns.isOver());
});

test('a pause tells its observer and lets what waits in the event loop run', async (t) => {
  const events: string[] = [];
  const turns = new Turns(undefined, () => events.push('told'));
  setImmediate(() => events.push('another'));
  await turns.pause();
  t.deepEqual(events, ['told', 'another']);
});

test('a pause throws the reason of an abort that came meanwhile', async (t) => {
  const controller = new AbortController();
  const turns = new Turns(controller.signal, () => {});
  const reason = new Error('enough');
  setImmediate(() => controller.abort(reason));
  await t.throwsAsync(turns.pause(), { is: reason });
});
