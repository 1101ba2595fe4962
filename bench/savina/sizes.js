// The parameters of the Savina suite, those of `--quick`, and what each benchmark must count.
const table = {
  'ping-pong 40k': { normal: { pings: 40_000 }, quick: { pings: 400 } },
  'counting 1M': { normal: { messages: 1_000_000 }, quick: { messages: 10_000 } },
  'fork-join throughput 60×10k': {
    normal: { actors: 60, messages: 10_000 },
    quick: { actors: 60, messages: 100 },
  },
  'fork-join create 40k': { normal: { actors: 40_000 }, quick: { actors: 400 } },
  'thread ring 100 actors 100k hops': {
    normal: { actors: 100, hops: 100_000 },
    quick: { actors: 100, hops: 1000 },
  },
  'chameneos 100/200k': {
    normal: { chameneos: 100, meetings: 200_000 },
    quick: { chameneos: 100, meetings: 2000 },
  },
  'big 120×20k': { normal: { actors: 120, pings: 20_000 }, quick: { actors: 120, pings: 50 } },
  'bounded buffer': {
    normal: { buffer: 50, producers: 40, consumers: 40, items: 1000, cost: 25 },
    quick: { buffer: 50, producers: 40, consumers: 40, items: 10, cost: 2 },
  },
  'dining philosophers': {
    normal: { philosophers: 20, rounds: 10_000 },
    quick: { philosophers: 20, rounds: 50 },
  },
  'n-queens': {
    normal: { workers: 20, queens: 12, threshold: 4 },
    quick: { workers: 20, queens: 8, threshold: 4 },
  },
  'skynet 1M': { normal: { leaves: 1_000_000 }, quick: { leaves: 1000 } },
};

/** The parameters of a benchmark. */
export function sizes(name, meter) {
  const { normal, quick } = table[name];
  return meter.size(normal, quick);
}

const solutions = { 8: 92, 12: 14_200 };

const counts = {
  'ping-pong 40k': ({ pings }) => pings,
  'counting 1M': ({ messages }) => messages,
  'fork-join throughput 60×10k': ({ actors, messages }) => actors * messages,
  'fork-join create 40k': ({ actors }) => actors,
  'thread ring 100 actors 100k hops': ({ actors, hops }) => hops % actors,
  'chameneos 100/200k': ({ meetings }) => 2 * meetings,
  'big 120×20k': ({ actors, pings }) => actors * pings,
  'bounded buffer': ({ producers, items }) => producers * items,
  'dining philosophers': ({ philosophers, rounds }) => philosophers * rounds,
  'n-queens': ({ queens }) => solutions[queens],
  'skynet 1M': ({ leaves }) => (leaves * (leaves - 1)) / 2,
};

/** What the coordinator of a benchmark must answer. */
export function expected(name, size) {
  return counts[name](size);
}
