// What the Savina suite measures (Imam and Sarkar, "Savina - An Actor Benchmark Suite", AGERE 2014, with the
// suite's parameters), and skynet, which isn't of the suite.
const systems = ['thrum', 'erlang'];

/** The micro-benchmarks; each runs in one node and across nodes. */
export const benchmarks = [
  'ping-pong 40k',
  'counting 1M',
  'fork-join throughput 60×10k',
  'fork-join create 40k',
  'thread ring 100 actors 100k hops',
  'chameneos 100/200k',
  'big 120×20k',
  'bounded buffer',
  'dining philosophers',
  'n-queens',
  'skynet 1M',
];

/** Where the actors of a benchmark are. */
export const places = ['in one node', 'across nodes'];

/** @type {import('../suites.js').Suite} */
export const savina = {
  name: 'savina',
  cases: benchmarks.flatMap((name) =>
    places.map((place) => ({ name: `${name} ${place}`, unit: 'ms', systems })),
  ),
  footnotes: [
    'in one node: thrum on one thread, erlang with one scheduler. across nodes: thrum on two worker threads, actors alternating; erlang with a scheduler for each core, placing them as it likes.',
    'bounded buffer and n-queens mostly compute: they compare the compilers more than the messages.',
  ],
};
