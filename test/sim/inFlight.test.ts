// How much is under way between the hosts of a simulation.
import test from 'ava';
import * as z from 'zod';
import { actor, refOf, tell } from '../../lib/index.ts';
import { simulate } from '../../lib/sim/index.ts';

const Sink = actor('sim-world/Sink', { protocol: { take: tell(z.number()) }, create: () => ({ take() {} }) });
const Source = actor('sim-world/Source', {
  args: z.object({ sink: refOf(() => Sink) }),
  protocol: { send: tell(z.number()) },
  create: ({ sink }) => ({
    send(count) {
      for (let i = 0; i < count; i++) sink.tell.take(i);
    },
  }),
});

test('messages under way are counted, wherever they are held up, and none is left over', async (t) => {
  const options = { nodes: 2, network: { latency: 10 } };
  const counts = await simulate(options, async (sim) => {
    const sink = await sim.spawn(Sink, undefined, { on: 1 });
    const source = await sim.spawn(Source, { sink }, { on: 2 });
    const seen: number[] = [sim.inFlight];
    const send = async (): Promise<void> => {
      source.tell.send(5);
      await sim.sleep(1);
      seen.push(sim.inFlight);
      await sim.sleep(20);
      seen.push(sim.inFlight);
    };
    await send();
    sim.host(1).pause();
    await send();
    sim.host(1).resume();
    await sim.sleep(0);
    seen.push(sim.inFlight);
    sim.host(1).pause();
    await send();
    // What waited for the host finds nobody.
    sim.host(1).crash();
    await sim.sleep(1);
    seen.push(sim.inFlight);
    return seen;
  });
  t.deepEqual(counts.value, [0, 5, 0, 5, 5, 0, 5, 5, 0]);
  t.is(counts.network.unreachable, 5);
  const harmed = await simulate(
    { ...options, network: { latency: 10, loss: 0.3, duplication: 0.3, reordering: 0.3 } },
    async (sim) => {
      const sink = await sim.spawn(Sink, undefined, { on: 1 });
      const source = await sim.spawn(Source, { sink }, { on: 2 });
      source.tell.send(100);
      await sim.sleep(1);
      const before = sim.inFlight;
      await sim.sleep(100);
      return [before, sim.inFlight];
    },
  );
  const { lost, duplicated } = harmed.network;
  t.deepEqual(harmed.value, [100 - lost + duplicated, 0]);
});
