// node server.mjs VARIANT THREADS: a server with a cheap route and one that computes, which says where it listens.
import Fastify from 'fastify';
import { countPrimes } from './work.mjs';

/** For each variant, a function that does the work for a request, with the request's abort signal. */
const variants = {
  /** On the main thread. */
  inline: async () => (message) => countPrimes(message.limit),

  async piscina(threads) {
    const { Piscina } = await import('piscina');
    const filename = new URL('./work.mjs', import.meta.url).href;
    const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
    return (message, signal) => pool.run(message, { signal });
  },

  async thrum(threads) {
    const { createSystem } = await import('../../dist/lib/index.js');
    const { Primes } = await import('./actor.mjs');
    const system = await createSystem({ threads });
    const actors = await Promise.all(Array.from({ length: threads }, () => system.spawn(Primes)));
    let turn = 0;
    return (message, signal) => actors[turn++ % threads].ask.count(message, { timeoutMs: 60_000, signal });
  },
};

const [variant, threads] = process.argv.slice(2);
const work = await variants[variant](Number(threads));
const app = Fastify();

app.get('/cheap', async () => ({ ok: true }));

app.get('/primes', async (request, reply) => {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return { primes: await work({ limit: Number(request.query.limit) }, gone.signal) };
});

console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
