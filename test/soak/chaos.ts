// Everything goes wrong for a while: handlers throw, actors are stopped, threads end, stall and loop for ever. At the
// end every ask must have settled, every message must be accounted for, every supervised actor must answer, and the
// process must be as it was.
//
//   node --expose-gc dist/test/soak/chaos.js --seconds 60 --threads 4 --actors 2000
import { parseArgs } from 'node:util';
import { AskTimeoutError, createSystem, NodeDownError, type Ref, type SystemEvent } from '../../lib/index.ts';
import { Count, Peer } from './chaosActors.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    threads: { type: 'string', default: '4' },
    actors: { type: 'string', default: '2000' },
    /** Of a hundred messages of the driver, so many are asks. Without asks the sums must agree exactly. */
    asks: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    /** Milliseconds between the ends of threads. */
    killEvery: { type: 'string', default: '4000' },
  },
});
const seconds = Number(values.seconds);
const threads = Number(values.threads);
const actorCount = Number(values.actors);
const askShare = Number(values.asks) / 100;
const killEveryMs = Number(values.killEvery);

/** Chance that can be had again: mulberry32. */
let state = Number(values.seed) >>> 0;
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const memory = new Uint8Array(new SharedArrayBuffer(64));
const counts = new Int32Array(memory.buffer);
const system = await createSystem({
  threads,
  log: 'silent',
  slowHandlerMs: false,
  unresponsive: { afterMs: 2500, kill: true },
});
/** Dead letters that name their message, and those that only say how many died with a thread. */
let letters = 0;
let died = 0;
const events = new Map<string, number>();
const off = system.events.on((event: SystemEvent) => {
  events.set(event.type, (events.get(event.type) ?? 0) + 1);
  if (event.type !== 'deadLetter') return;
  if (/^messages/.test(event.message)) died += event.count;
  else letters += event.count;
});

const supervision = { restartsMax: Number.POSITIVE_INFINITY, backoff: { firstMs: 1, maxMs: 50 } };
type PeerRef = Ref<typeof Peer>;
const peers: PeerRef[] = [];
async function spawnPeer(): Promise<PeerRef> {
  for (;;) {
    try {
      return await system.spawn(Peer, { counts: memory }, { on: 'any', supervision });
    } catch (error) {
      // The thread it was to start on has just died.
      if (!(error instanceof NodeDownError)) throw error;
      await pause(5);
    }
  }
}
for (let i = 0; i < actorCount; i++) peers.push(await spawnPeer());

/** Counts a tell that is accepted. */
function told(tell: () => boolean): void {
  Atomics.add(counts, Count.told, 1);
  if (!tell()) Atomics.sub(counts, Count.told, 1);
}
for (const peer of peers) told(() => peer.tell.meet([pick(peers), pick(peers), pick(peers)]));

const asks = { made: 0, replied: 0, wrong: 0, rejected: new Map<string, number>(), lost: 0 };
function askOne(peer: PeerRef): void {
  asks.made++;
  const n = asks.made;
  const reply = random() < 0.5 ? peer.ask.double(n) : peer.ask.doubleLater(n);
  reply.then(
    (value) => {
      asks.replied++;
      if (value !== n * 2) asks.wrong++;
    },
    (error: Error) => {
      asks.rejected.set(error.name, (asks.rejected.get(error.name) ?? 0) + 1);
      // One that died with its thread after its time had run out before.
      if (error instanceof NodeDownError || error instanceof AskTimeoutError) asks.lost++;
    },
  );
}

/** One thing that goes wrong, now and then. */
async function misfortune(): Promise<void> {
  const peer = pick(peers);
  const kind = random();
  if (kind < 0.4) told(() => peer.tell.fail('by chance'));
  else if (kind < 0.7) told(() => peer.tell.failLater('by chance, later'));
  else if (kind < 0.9) told(() => peer.tell.stall(20 + random() * 200));
  else {
    const at = peers.indexOf(peer);
    system.stop(peer, { drain: random() < 0.5, kill: random() < 0.3 });
    peers[at] = await spawnPeer();
    told(() => peers[at]!.tell.meet([pick(peers), pick(peers), pick(peers)]));
  }
}

let kills = 0;
async function endThread(): Promise<void> {
  const peer = pick(peers);
  kills++;
  if (kills % 5 === 0) told(() => peer.tell.loop());
  else told(() => peer.tell.exit(1));
}

const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
async function heapMegabytes(): Promise<number> {
  // What is collected is told to finalizers in a turn of its own, and their books are collected after that.
  for (let i = 0; i < 3; i++) {
    collect();
    await pause(100);
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

async function drive(ms: number, trouble: boolean): Promise<void> {
  const end = performance.now() + ms;
  let nextKill = performance.now() + killEveryMs;
  while (performance.now() < end) {
    for (let i = 0; i < 50; i++) {
      const peer = pick(peers);
      if (random() < askShare) askOne(peer);
      else told(() => peer.tell.work({ hops: 4, n: Math.floor(random() * 2 ** 30) }));
    }
    if (trouble && random() < 0.3) await misfortune();
    // One death at a time: what two threads owe each other when both die is known to nobody.
    if (trouble && performance.now() > nextKill && performance.now() < end - 3500) {
      nextKill = performance.now() + killEveryMs;
      await endThread();
    }
    await pause(1);
  }
}

async function settled(): Promise<void> {
  const end = performance.now() + 60_000;
  for (let calm = 0; calm < 5; ) {
    const { waiting, asksOpen } = system.metrics();
    calm = waiting === 0 && asksOpen === 0 ? calm + 1 : 0;
    if (performance.now() > end) throw new Error(`still ${waiting} messages waiting, ${asksOpen} asks open`);
    await pause(100);
  }
}

// Long enough for threads to have ended: where actors are that have moved is remembered.
const warmUpMs = Math.min(20_000, seconds * 333);
await drive(warmUpMs, true);
await settled();
const heapBefore = await heapMegabytes();
await drive(seconds * 1000, true);
await settled();

const problems: string[] = [];
const check = (good: boolean, text: string): void => {
  console.log(`${good ? 'ok  ' : 'FAIL'} ${text}`);
  if (!good) problems.push(text);
};
const answers = await Promise.allSettled(peers.map((peer) => peer.ask.double(21)));
const alive = answers.filter((answer) => answer.status === 'fulfilled' && answer.value === 42).length;
await settled();

const settledAsks = asks.replied + [...asks.rejected.values()].reduce((sum, count) => sum + count, 0);
check(settledAsks === asks.made, `${asks.made} asks, ${settledAsks} settled`);
check(asks.wrong === 0, `${asks.replied} replies, ${asks.wrong} wrong`);
check(alive === peers.length, `${alive} of ${peers.length} supervised actors answer`);
const toldCount = counts[Count.told]!;
const handledCount = counts[Count.toldHandled]!;
const missing = toldCount - handledCount - letters;
const sums = `${toldCount} tells accepted = ${handledCount} handled + ${letters} dead letters + ${missing} that died with their thread`;
const diedAsks = died - missing;
check(
  missing >= 0 && diedAsks >= 0 && diedAsks <= asks.lost && (askShare > 0 || diedAsks === 0),
  `${sums}; ${died} messages were counted as such, ${diedAsks} of them asks (${asks.lost} asks were told that, or timed out)`,
);
peers.length = 0;
const heapAfter = await heapMegabytes();
console.log(
  `     ${kills} threads ended, events: ${[...events].map(([type, count]) => `${type} ${count}`).join(', ')}`,
);
console.log(
  `     rejected asks: ${[...asks.rejected].map(([name, count]) => `${name} ${count}`).join(', ') || 'none'}`,
);
if (globalThis.gc !== undefined) {
  check(
    heapAfter < heapBefore * 1.1,
    `heap of the host after a collection: ${heapAfter.toFixed(1)} MB, ${heapBefore.toFixed(1)} MB before`,
  );
}
off();
const report = await system.close();
check(report.stopped, `closed in ${Math.round(report.elapsedMs)} ms, left running: ${report.left.length}`);
await pause(50);
// Standard output may be a pipe of its own; threads, ports and timers would be ours.
const handles = process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort|Timeout/.test(name));
check(handles.length === 0, `handles that are left: ${handles.join(', ') || 'none'}`);
if (problems.length > 0) process.exitCode = 1;
