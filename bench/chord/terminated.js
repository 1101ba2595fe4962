// Two of eight threads end while values are written: with five copies and a write quorum of three nothing that was
// acknowledged may be lost.
import * as z from 'zod';
import { joinRing } from '../../dist/actors/chord/index.js';
import { actor, createSystem, tell } from '../../dist/lib/index.js';

/** Ends the thread that it lives on, as a crash would. */
export const Ender = actor('bench/chord/Ender', {
  module: import.meta.url,
  protocol: { end: tell(z.void()) },
  create: () => ({ end: () => process.exit(1) }),
});

const parameters = {
  replicas: 5,
  writeQuorum: 3,
  readQuorum: 3,
  stabilizeMs: { min: 50, max: 150 },
  requestTimeoutMs: 1000,
  repairMs: 300,
};
const writers = 16;

/** Writes for `loadMs` before, and as long after two threads have ended; then reads every key. */
export async function terminated({ loadMs = 5000, nodes: count = 8, keys = 500 }) {
  const system = await createSystem({ threads: count, log: 'silent' });
  try {
    const nodes = [];
    for (let n = 0; n < count; n++) {
      const [gateway] = nodes;
      nodes.push(
        ...(await joinRing(system, { name: `node ${n}`, gateway, parameters, spawn: { on: n + 1 } })),
      );
    }
    const victims = [2, 5];
    const survivors = nodes.filter((_, n) => !victims.includes(n));
    const acknowledged = new Map();
    let writes = 0;
    let failed = 0;
    let open = true;
    const write = async (first) => {
      for (let n = first; open; n += writers) {
        const key = `key ${n % keys}`;
        const value = new TextEncoder().encode(`${n}`);
        try {
          const { counter } = await survivors[n % survivors.length].ask.put({ key, value });
          writes++;
          acknowledged.set(key, Math.max(counter, acknowledged.get(key) ?? 0));
        } catch {
          failed++;
        }
      }
    };
    const load = Array.from({ length: writers }, (_, n) => write(n));
    const pause = () => new Promise((resolve) => setTimeout(resolve, loadMs));
    await pause();
    const enders = await Promise.all(victims.map((n) => system.spawn(Ender, undefined, { on: n + 1 })));
    for (const ender of enders) ender.tell.end();
    await pause();
    open = false;
    await Promise.all(load);
    let lost = 0;
    for (const [key, counter] of acknowledged) {
      const found = await survivors[0].ask.get({ key }, { timeoutMs: 60_000 }).catch(() => undefined);
      if (found === undefined || found.version.counter < counter) lost++;
    }
    return { nodes: count, terminated: victims.length, writes, failed, keys: acknowledged.size, lost };
  } finally {
    await system.close();
  }
}
