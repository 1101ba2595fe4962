// Actors for a simulation: a courier that asks again until it has an answer, and a shelf that holds each parcel once.
import { AskTimeoutError, actor, ask, refOf } from 'thrum';
import * as z from 'zod';

export const Shelf = actor('examples/Shelf', {
  module: import.meta.url,
  protocol: { put: ask(z.number(), z.void()), parcels: ask(z.void(), z.array(z.number())) },
  create: () => {
    const parcels = new Set();
    return {
      put: (parcel) => void parcels.add(parcel),
      parcels: () => [...parcels],
    };
  },
});

export const Courier = actor('examples/Courier', {
  module: import.meta.url,
  args: z.object({ shelf: refOf(() => Shelf) }),
  protocol: { deliver: ask(z.number(), z.number()) },
  create: ({ shelf }) => ({
    /** How often it had to ask. */
    async deliver(parcel) {
      for (let attempts = 1; ; attempts++) {
        try {
          await shelf.ask.put(parcel, { timeoutMs: 100 });
          return attempts;
        } catch (error) {
          if (!(error instanceof AskTimeoutError)) throw error;
        }
      }
    },
  }),
});

/** A network that loses three messages in ten. */
export const settings = { nodes: 2, network: { latency: 10, loss: 0.3 } };

/** Ten parcels through that network; `onDelivered` hears of each. */
export async function deliveries(sim, onDelivered = () => {}) {
  const shelf = await sim.spawn(Shelf, undefined, { on: 1 });
  const courier = await sim.spawn(Courier, { shelf }, { on: 2 });
  let attempts = 0;
  for (let parcel = 1; parcel <= 10; parcel++) {
    attempts += await courier.ask.deliver(parcel, { timeoutMs: 60_000 });
    onDelivered(parcel);
  }
  return { parcels: await shelf.ask.parcels(), attempts };
}
