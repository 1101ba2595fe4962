// How the host reads a dead node's notes, where no test can bring the death about from outside.
import test from 'ava';
import { NodeUnresponsiveError } from '../../lib/index.ts';
import { allocateBoard, Board } from '../../lib/threads/board.ts';
import { endingOf } from '../../lib/threads/ending.ts';

const vitals = () => new Board(allocateBoard(), 1).vitals;

test('a thread without a word about its end was terminated', (t) => {
  t.deepEqual(endingOf(1, vitals(), 1, undefined, undefined), {
    why: 'its thread was terminated',
    cause: undefined,
  });
});

test('an error before the node ran names no handler that missed it', (t) => {
  const cause = new Error('no such module');
  t.deepEqual(endingOf(1, vitals(), 1, cause, undefined), {
    why: 'it failed to start: no such module',
    cause,
  });
});

test('an error that was caught in the end is not what a later exit is put down to', (t) => {
  const noted = vitals();
  noted.errorOrigin = 'uncaughtException';
  noted.noteExit();
  t.is(endingOf(1, noted, 4, undefined, undefined).why, 'process.exit(4) was called on its thread');
});

test('why the host ended it comes before what the thread says', (t) => {
  const noted = vitals();
  noted.noteExit();
  const cause = new NodeUnresponsiveError(1, undefined, undefined, 5000);
  const ending = endingOf(1, noted, 1, undefined, cause);
  t.is(ending.cause, cause);
  t.true(ending.why.startsWith('it was stuck for 5000 ms and was ended'), ending.why);
});

test("a slot's next node starts without the notes of the last", (t) => {
  const memory = allocateBoard();
  const board = new Board(memory, 0);
  const old = board.vitalsOf(1);
  old.noteExit();
  old.ask(7);
  old.answer();
  old.heap[0] = 5;
  old.running[0] = 9;
  t.is(board.vitalsOf(513).alive, 7, 'the same slot');
  board.reset(513);
  const fresh = board.vitalsOf(513);
  t.deepEqual([fresh.alive, fresh.exited, fresh.heap[0], fresh.running[0]], [0, false, 0, 0]);
});
