// What the log of a run shows of messages.
import test from 'ava';
import * as z from 'zod';
import { actor, type Ref, refOf, tell } from '../../lib/index.ts';
import { type LoggedEvent, logLine, observedRun } from '../../lib/sim/index.ts';

const Told: { say: ReturnType<typeof tell> } = { say: tell() };

const Messenger = actor('test/eventLog/Messenger', {
  protocol: {
    take: tell(
      z.object({
        refs: z.array(refOf(() => Told)),
        map: z.map(z.string(), z.bigint()),
        bytes: z.instanceof(Uint8Array),
      }),
    ),
  },
  create: () => ({ take: () => {} }),
});

const Target = actor('test/eventLog/Target', { protocol: Told, create: () => ({ say: () => {} }) });

test.serial('refs, maps, large numbers and bytes in messages are shown as what they are', async (t) => {
  const events: LoggedEvent[] = [];
  const outcome = await observedRun(
    { nodes: 2, traceFile: false },
    async (sim) => {
      const target: Ref<typeof Told> = await sim.spawn(Target, undefined, { on: 1 });
      const messenger = await sim.spawn(Messenger, undefined, { on: 2 });
      messenger.tell.take({ refs: [target], map: new Map([['a', 1n]]), bytes: new Uint8Array(3) });
      await sim.sleep(100);
    },
    (event) => events.push(event),
  );
  t.true(outcome.ok);
  const lines = events.map(logLine).filter((line) => line.includes('take('));
  t.is(lines.length, 1);
  t.regex(lines[0]!, /take\(\{"refs":\["→1\/.*"\],"map":\[\["a","1n"\]\],"bytes":"3 bytes"\}\)/);
});
