// node examples/fastify/bench.mjs [--json FILE] [--seconds N] [--runs N]: how long a cheap route of a Fastify server takes
// while another one computes, inline, on Piscina and on thrum. The variants take turns; each run has a server process
// of its own. The load comes from this process, on the same machine: what it costs, it costs all variants.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';

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

const results = variants.map((variant) => ({ variant, ...medians(samples[variant]) }));
console.table(results);
if (values.json !== undefined) {
  const machine = { cpu: os.cpus()[0]?.model.trim(), cores: threads, node: process.version };
  const settings = { seconds, runs, threads, limit, heavyConnections, cheapConnections, cheapRate };
  writeFileSync(values.json, `${JSON.stringify({ machine, settings, results, samples }, null, 2)}\n`);
}

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
    cheapP50Ms: cheap.latency.p50,
    cheapP99Ms: cheap.latency.p99,
    cheapMaxMs: cheap.latency.max,
    cheapPerSecond: cheap.requests.average,
    heavyPerSecond: heavy.requests.average,
    heavyP99Ms: heavy.latency.p99,
  };
}

function medians(taken) {
  return Object.fromEntries(
    Object.keys(taken[0]).map((key) => {
      const sorted = taken.map((sample) => sample[key]).sort((a, b) => a - b);
      return [key, sorted[Math.floor(sorted.length / 2)]];
    }),
  );
}
