// What a system costs that has nothing to do: two nodes that have talked, and are now silent.
//
//   node dist/test/soak/idle.js --seconds 60
import { parseArgs } from 'node:util';
import { createSystem } from '../../lib/index.ts';
import { Talker } from './crowdActors.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    limitPercent: { type: 'string', default: '0.5' },
  },
});
const seconds = Number(values.seconds);
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

const system = await createSystem({ threads: 2 });
try {
  const [one, other] = [
    await system.spawn(Talker, undefined, { on: 1 }),
    await system.spawn(Talker, undefined, { on: 2 }),
  ];
  await Promise.all([
    one.ask.talkTo({ others: [other], count: 10_000 }, forever),
    other.ask.talkTo({ others: [one], count: 10_000 }, forever),
  ]);
  await Promise.all([one.ask.heard(forever), other.ask.heard(forever)]);
  // What the compilers and collectors of the threads still do isn't the silence.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = process.cpuUsage();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system: kernel } = process.cpuUsage(before);
  const percent = (user + kernel) / 10 / (performance.now() - start);
  console.log(
    `two idle nodes and the host: ${percent.toFixed(2)} % of a CPU over ${seconds} s (limit ${values.limitPercent} %)`,
  );
  if (percent >= Number(values.limitPercent)) process.exitCode = 1;
} finally {
  await system.close();
}
