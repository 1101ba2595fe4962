// Bounded buffer: 40 producers of 1,000 items each, 40 consumers, and a manager with room for 50 items. Making
// and consuming an item is a computation.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place, randomSequence } from './config.js';

const ManagerProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  item: tell(z.object({ producer: z.number(), value: z.number() })),
  available: tell(z.number()),
  exhausted: tell(),
};

const managerArgs = z.object({ manager: refOf(() => ManagerProtocol), id: z.number(), cost: z.number() });

/** Savina's work for an item: `cost` times a hundred logarithms. */
function processItem(value, cost) {
  const random = randomSequence(cost);
  let result = value;
  for (let i = 0; i < cost * 100; i++) result += Math.log(random(65_536) / 65_536 + 0.01);
  return result;
}

const Producer = actor('savina/Producer', {
  module: import.meta.url,
  args: managerArgs.extend({ items: z.number() }),
  protocol: { produce: tell() },
  create: ({ manager, id, cost, items }) => {
    let made = 0;
    let value = 0;
    return {
      produce() {
        if (made === items) return manager.tell.exhausted();
        made++;
        value = processItem(value, cost);
        manager.tell.item({ producer: id, value });
      },
    };
  },
});

const Consumer = actor('savina/Consumer', {
  module: import.meta.url,
  args: managerArgs,
  protocol: { consume: tell(z.number()) },
  create: ({ manager, id, cost }) => {
    // Not summed up as well: the sum would double with each item and leave the range of a double.
    let last = 0;
    return {
      consume(value) {
        last = processItem(last + value, cost);
        manager.tell.available(id);
      },
    };
  },
});

/** The manager; replies with the number of items that were consumed. */
export const BoundedBuffer = actor('savina/BoundedBuffer', {
  module: import.meta.url,
  args: configSchema,
  protocol: ManagerProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    const room = size.buffer - size.producers;
    const buffer = [];
    const idleProducers = [];
    const idleConsumers = [];
    let producers;
    let consumers;
    let running = size.producers;
    let consumed = 0;
    const finishWhenIdle = () => {
      if (running === 0 && buffer.length === 0 && idleConsumers.length === size.consumers) resolve(consumed);
    };
    return {
      async run() {
        const { cost, items } = size;
        const args = (id) => ({ manager: ctx.self, id, cost });
        producers = await Promise.all(
          Array.from({ length: size.producers }, (_, id) =>
            ctx.spawn(Producer, { ...args(id), items }, place(nodes, id + 1)),
          ),
        );
        consumers = await Promise.all(
          Array.from({ length: size.consumers }, (_, id) =>
            ctx.spawn(Consumer, args(id), place(nodes, id + 1)),
          ),
        );
        idleConsumers.push(...consumers.keys());
        for (const producer of producers) producer.tell.produce();
        return promise;
      },
      item({ producer, value }) {
        if (idleConsumers.length > 0) consumers[idleConsumers.pop()].tell.consume(value);
        else buffer.push(value);
        if (buffer.length >= room) idleProducers.push(producer);
        else producers[producer].tell.produce();
      },
      available(consumer) {
        consumed++;
        if (buffer.length > 0) consumers[consumer].tell.consume(buffer.shift());
        else idleConsumers.push(consumer);
        if (idleProducers.length > 0) producers[idleProducers.pop()].tell.produce();
        finishWhenIdle();
      },
      exhausted() {
        running--;
        finishWhenIdle();
      },
    };
  },
});
