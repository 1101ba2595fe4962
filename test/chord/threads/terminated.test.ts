// Threads that end under load: what was acknowledged is still there.
import test from 'ava';
import { type ChordRef, joinRing } from '../../../actors/chord/index.ts';

import { systemFor } from '../../fixtures/systems.ts';
import { Ender } from '../support/ender.ts';
import { quick } from '../support/rings.ts';

test('two of seven threads end at once while values are written: with k = 5 and w = 3 no acknowledged write is lost', async (t) => {
  const system = await systemFor(t, { threads: 7 });
  const parameters = { ...quick, replicas: 5, writeQuorum: 3, readQuorum: 3 };
  const nodes: ChordRef[] = [];
  for (let n = 0; n < 7; n++) {
    const [gateway] = nodes;
    const options = { name: `node ${n}`, parameters, spawn: { on: n + 1 } };
    nodes.push(...(await joinRing(system, { ...options, ...(gateway && { gateway }) })));
  }
  const victims = [2, 5];
  const survivors = nodes.filter((_, n) => !victims.includes(n));
  const acknowledged = new Map<string, number>();
  let ended = false;
  let writesAfter = 0;
  const writer = async (first: number): Promise<void> => {
    for (let n = first; writesAfter < 40; n += 4) {
      const key = `key ${n % 60}`;
      const value = new TextEncoder().encode(String(n));
      try {
        const { counter } = await survivors[n % 5]!.ask.put({ key, value }, { timeoutMs: 30_000 });
        acknowledged.set(key, Math.max(counter, acknowledged.get(key) ?? 0));
        if (ended) writesAfter++;
        if (acknowledged.size === 60 && !ended) {
          ended = true;
          const enders = await Promise.all(
            victims.map((at) => system.spawn(Ender, undefined, { on: at + 1 })),
          );
          for (const ender of enders) ender.tell.end();
        }
      } catch {
        // Not acknowledged.
      }
    }
  };
  await Promise.all([0, 1, 2, 3].map(writer));
  for (const [key, counter] of acknowledged) {
    const { version } = await survivors[0]!.ask.get({ key }, { timeoutMs: 60_000 });
    t.true(version.counter >= counter, `${key}: ${version.counter} of ${counter}`);
  }
  t.is(acknowledged.size, 60);
});
