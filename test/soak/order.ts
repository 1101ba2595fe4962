// Many messages of all sizes through small rings, from senders that are faster than their receiver, which stops
// now and then. Nothing may be lost, come twice, change its place or be damaged.
//
//   node dist/test/soak/order.js --messages 100000000
import { parseArgs } from 'node:util';
import { createSystem } from '../../lib/index.ts';
import { Receiver, Sender } from './orderActors.ts';

const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } });
const senders = 2;
const each = Math.ceil(Number(values.messages) / senders);
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

// The smallest allowance: rings wrap around every few hundred messages.
const system = await createSystem({ threads: 1 + senders, ringBytesMax: 1024 * 1024 });
try {
  const receiver = await system.spawn(Receiver, { senders }, { on: 1, mailbox: { capacity: 4096 } });
  const refs = await Promise.all(
    Array.from({ length: senders }, (_, sender) =>
      system.spawn(Sender, { sender, receiver }, { on: 2 + sender }),
    ),
  );
  const step = 5_000_000;
  const start = performance.now();
  for (let from = 0; from < each; from += step) {
    const to = Math.min(from + step, each);
    await Promise.all(refs.map((ref) => ref.ask.send({ from, to }, forever)));
    console.log(`${to * senders} messages, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  // What the senders were told of comes from others than who asks: in no order with it.
  const deadline = performance.now() + 60_000;
  let { received, wrong } = await receiver.ask.result(forever);
  while (received.some((count) => count < each) && performance.now() < deadline) {
    ({ received, wrong } = await receiver.ask.result(forever));
  }
  console.log(
    `received ${received.join(' + ')} of ${each} each; out of order, lost, doubled or damaged: ${wrong}`,
  );
  if (wrong > 0 || received.some((count) => count !== each)) process.exitCode = 1;
} finally {
  await system.close();
}
