// node examples/fastify/bench.mjs [--json FILE] [--seconds N] [--runs N]: how long a cheap route of a Fastify server takes
// while another one computes, inline, on Piscina and on thrum. The variants take turns; each run has a server process
// of its own. The load comes from this process, on the same machine: what it costs, it costs all variants.
// The JSON is a report of the benchmarks: `npm run bench -- docs` fills the recipe's table from it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { makeReport } from '../../bench/report/report.js';
import { describeMachine, sourceCommit } from '../../bench/run/machine.js';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    runs: { type: 'string', default: '3' },
  },
});
const seconds = Number(values.seconds);
const runs = Number(values.runs);
const threads = os.availableParallelism();

/** Some 15 ms of work a request. */
const limit = 200_000;
const heavyConnections = 4;
const cheapConnections = 10;
/** Requests a second to the cheap route: a rate, so that a slow answer doesn't keep others from being sent. */
const cheapRate = 200;
const answer = 17_984;

const variants = ['inline', 'piscina', 'thrum'];
const samples = Object.fromEntries(variants.map((variant) => [variant, []]));
for (let run = 0; run < runs; run++) {
  for (const variant of variants) samples[variant].push(await measure(variant));
}

/** What is told of each variant: a name, its unit, and the key of a sample. */
const told = [
  ['cheap route, median', 'ms', 'cheapP50Ms'],
  ['cheap route, p99', 'ms', 'cheapP99Ms'],
  ['cheap route, slowest', 'ms', 'cheapMaxMs'],
  ['route that computes', '/s', 'heavyPerSecond'],
];
const results = told.flatMap(([name, unit, key]) =>
  ['thrum', 'piscina', 'inline'].map((system) => ({
    suite: 'fastify',
    case: name,
    system,
    unit,
    samples: samples[system].map((sample) => sample[key]),
  })),
);
const report = makeReport({ machine: describeMachine(), commit: sourceCommit(), results });
console.table(report.results.map(({ case: name, system, unit, median }) => ({ name, system, median, unit })));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

async function measure(variant) {
  const server = fileURLToPath(new URL('./server.mjs', import.meta.url));
  const child = spawn(process.execPath, [server, variant, String(threads)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [origin] = await once(createInterface({ input: child.stdout }), 'line');
    const { primes } = await (await fetch(`${origin}/primes?limit=${limit}`)).json();
    if (primes !== answer) throw new Error(`${variant} counted ${primes} primes, not ${answer}`);
    await load(origin, 2);
    return await load(origin, seconds);
  } finally {
    child.kill('SIGKILL');
  }
}

/** Both routes at once; what each of them made of it. */
async function load(origin, duration) {
  const [cheap, heavy] = await Promise.all([
    autocannon({
      url: `${origin}/cheap`,
      duration,
      connections: cheapConnections,
      overallRate: cheapRate,
      timeout: 60,
    }),
    autocannon({
      url: `${origin}/primes?limit=${limit}`,
      duration,
      connections: heavyConnections,
      timeout: 60,
    }),
  ]);
  for (const result of [cheap, heavy]) {
    if (result.errors + result.timeouts + result.non2xx > 0)
      throw new Error(`failed requests: ${result.url}`);
  }
  return {
    cheapP50Ms: atLeastOne(cheap.latency.p50),
    cheapP99Ms: atLeastOne(cheap.latency.p99),
    cheapMaxMs: atLeastOne(cheap.latency.max),
    heavyPerSecond: heavy.requests.average,
  };
}

/** autocannon counts whole milliseconds: less than one is told as one. */
function atLeastOne(ms) {
  return Math.max(1, ms);
}
