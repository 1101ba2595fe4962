// Nodes that all talk to each other, both ways: every message comes, and the rings between them stay under their cap.
//
//   node dist/test/soak/crowd.js --nodes 16 --messages 20000
import { parseArgs } from 'node:util';
import { createSystem } from '../../lib/index.ts';
import { Talker } from './crowdActors.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '16' },
    /** From each node to each other one. */
    messages: { type: 'string', default: '20000' },
    capMegabytes: { type: 'string', default: '64' },
  },
});
const nodes = Number(values.nodes);
const messages = Number(values.messages);
const cap = Number(values.capMegabytes) * 2 ** 20;
const forever = { timeoutMs: Number.POSITIVE_INFINITY };
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

const system = await createSystem({ threads: nodes - 1, slowHandlerMs: Number.POSITIVE_INFINITY });
try {
  const talkers = await Promise.all(
    system.nodes.map((on) => system.spawn(Talker, undefined, { on: on === 0 ? 'host' : on })),
  );
  const rssBefore = process.memoryUsage().rss;
  let ringBytes = 0;
  let rss = 0;
  const look = (): void => {
    ringBytes = Math.max(ringBytes, system.metrics().ringBytes);
    rss = Math.max(rss, process.memoryUsage().rss);
  };
  const looking = setInterval(look, 20);
  const start = performance.now();
  await Promise.all(
    talkers.map((talker, i) =>
      talker.ask.talkTo({ others: talkers.filter((_, other) => other !== i), count: messages }, forever),
    ),
  );
  // Accepted isn't handled yet: two senders' messages come in any order.
  const expected = (nodes - 1) * messages;
  const deadline = performance.now() + 60_000;
  let heard: number[];
  do heard = await Promise.all(talkers.map((talker) => talker.ask.heard(forever)));
  while (heard.some((count) => count < expected) && performance.now() < deadline);
  const seconds = (performance.now() - start) / 1000;
  look();
  clearInterval(looking);
  const wrong = heard.filter((count) => count !== expected).length;
  const total = nodes * expected;
  console.log(
    `${nodes} nodes, ${nodes * (nodes - 1)} rings, ${total} messages in ${seconds.toFixed(1)} s: rings ${megabytes(ringBytes)} MB of ${megabytes(cap)} MB, memory of the process ${megabytes(rss - rssBefore)} MB more; nodes that heard too little or too much: ${wrong}`,
  );
  if (ringBytes > cap || ringBytes === 0 || wrong > 0) process.exitCode = 1;
} finally {
  await system.close();
}
