// The soft heap limit: when a look at the heap ends a node, and that it does before V8 would.
import test from 'ava';
import { HeapLimitError, NodeDownError } from '../../lib/index.ts';
import { HeapGuard } from '../../lib/threads/heapGuard.ts';
import { failureOf } from '../fixtures/failing.ts';
import { Peril } from '../fixtures/perils.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const mb = 2 ** 20;

/** A guard over a heap that the test fills; `live` of it is no garbage. */
function guarded(bytesMax: number) {
  const heap = { used: 0, live: 0, collections: 0, delayMs: 0 };
  const ended: number[] = [];
  let timer: (() => void) | undefined;
  new HeapGuard({
    bytesMax,
    usedBytes: () => heap.used,
    collect() {
      heap.collections++;
      return { usedBytes: heap.live, tookMs: 200 };
    },
    setTimer(delayMs, fn) {
      timer = fn;
      heap.delayMs = delayMs;
    },
    exceeded: (bytes) => ended.push(bytes),
  });
  /** The timer fires, at this fill. */
  const look = (used: number, live = used) => {
    Object.assign(heap, { used, live });
    const fire = timer;
    timer = undefined;
    fire?.();
    return heap;
  };
  return { heap, ended, look };
}

test('the fuller the heap, the sooner the next look', (t) => {
  const { heap, look } = guarded(1000 * mb);
  t.is(heap.delayMs, 1000);
  const { delayMs } = look(900 * mb);
  t.true(delayMs > 80 && delayMs < 150, `${delayMs}`);
  t.is(look(999 * mb).delayMs, 5);
  t.is(heap.collections, 0);
});

test('garbage above the limit ends nobody, and is not collected all the time', (t) => {
  const { heap, ended, look } = guarded(100 * mb);
  t.is(look(120 * mb, 99 * mb).collections, 1);
  t.is(heap.delayMs, 400, 'twice what the collection took');
  t.is(look(120 * mb, 10 * mb).collections, 2);
  t.is(look(50 * mb).collections, 2);
  t.deepEqual(ended, []);
});

test('what is in use after a garbage collection does, once', (t) => {
  const { ended, look } = guarded(100 * mb);
  look(120 * mb, 110 * mb);
  look(130 * mb, 130 * mb);
  t.deepEqual(ended, [110 * mb]);
});

test.serial('a node whose actor keeps more and more ends before V8 gives up, and says so', async (t) => {
  const system = await systemFor(t, { threads: 1, heap: { limitBytes: 64 * mb } });
  const actor = await system.spawn(Peril);
  const down = nextEvent(system, 'nodeDown');
  const fill = async (): Promise<never> => {
    for (;;) {
      await actor.ask.fill(0.25);
      actor.tell.work(1);
    }
  };
  const error = await failureOf(fill());
  t.true(error instanceof NodeDownError);
  const cause = error.cause as HeapLimitError;
  t.true(cause instanceof HeapLimitError, String(cause));
  t.like(cause, { code: 'ERR_THRUM_HEAP_LIMIT', node: 1, limitBytes: 64 * mb });
  t.true(cause.usedBytes > 0.9 * 64 * mb && cause.usedBytes <= 64 * mb, `${cause.usedBytes}`);
  t.is((await down).error?.cause, cause);
});

test.serial("without the soft limit it is V8's own limit that ends the thread", async (t) => {
  const system = await systemFor(t, { threads: 1, heap: { limitBytes: 64 * mb, softLimit: false } });
  const actor = await system.spawn(Peril);
  const down = nextEvent(system, 'nodeDown');
  const fill = async (): Promise<never> => {
    for (;;) await actor.ask.fill(1);
  };
  const error = await failureOf(fill());
  t.like(error.cause, { code: 'ERR_WORKER_OUT_OF_MEMORY' });
  t.regex(error.message, /its heap reached V8's limit/);
  t.is((await down).error?.cause, error.cause);
});

test.serial('a heap that stays below the limit, garbage and all, is left alone', async (t) => {
  const system = await systemFor(t, { threads: 1, heap: { limitBytes: 64 * mb } });
  const actor = await system.spawn(Peril);
  for (let i = 0; i < 30; i++) await actor.ask.fill(1);
  for (let i = 0; i < 100; i++) await actor.ask.waste(2);
  t.deepEqual(system.nodes, [0, 1]);
});
