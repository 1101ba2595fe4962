// Long campaigns: `node dist/test/chord/campaign.js model --r 2 --seeds 10000 --jobs 2`. Prints how far it is, and in the
// end what was done, as JSON; each seed that fails with the command that replays it.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { actor, ask, createSystem } from '../../lib/index.ts';
import { SimulationError } from '../../lib/sim/index.ts';
import { simulations } from './simulations.ts';
import { addCounts, type Counts } from './support/counts.ts';

const batchSchema = z.object({
  counts: z.record(z.string(), z.number()),
  failures: z.array(z.object({ seed: z.number(), what: z.string() })),
});
type Batch = z.output<typeof batchSchema>;

/** Runs seeds of one suite on its thread, one after the other. */
export const CampaignRunner = actor('test/chord/CampaignRunner', {
  module: import.meta.url,
  args: z.object({ name: z.string(), mutant: z.string().optional() }),
  protocol: { run: ask(z.array(z.number()), batchSchema) },
  create: ({ name, mutant }) => ({
    async run(seeds) {
      // The traces of the many timeouts take a third of the time.
      Error.stackTraceLimit = 0;
      const suite = simulations.find((simulation) => simulation.name === name)!;
      const batch: Batch = { counts: { events: 0 }, failures: [] };
      for (const seed of seeds) {
        try {
          const options = { ...(mutant !== undefined && { mutant }), seed, traceFile: false as const };
          const { value, events } = await suite.run(options);
          addCounts(batch.counts, { ...value, events });
        } catch (error) {
          const why = error instanceof SimulationError ? error.trace.failure.message : (error as Error).stack;
          batch.failures.push({ seed, what: String(why) });
        }
      }
      return batch;
    },
  }),
});

interface Campaign {
  readonly name: string;
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly mutant: string | undefined;
  /** Failures after which it ends. */
  readonly stopAt: number;
}

/** Spreads the seeds over threads; gives what all runs came to. */
async function run({
  name,
  seeds,
  from,
  jobs,
  mutant,
  stopAt,
}: Campaign): Promise<Batch & { seeds: number }> {
  const total = { counts: {} as Counts, failures: [] as Batch['failures'], seeds: 0 };
  const system = await createSystem({ threads: jobs, log: 'silent' });
  const began = performance.now();
  const end = from + seeds;
  let next = from;
  let told = began;
  const progress = (): void => {
    const now = performance.now();
    if (now - told < 10_000 && total.seeds < seeds) return;
    told = now;
    const perSecond = total.seeds / ((now - began) / 1000);
    console.error(
      `${name}: ${total.seeds} of ${seeds} seeds, ${perSecond.toFixed(1)} a second, ${total.failures.length} failures`,
    );
  };
  try {
    const args = { name, ...(mutant !== undefined && { mutant }) };
    const threads = system.nodes.filter((node) => node !== 0);
    await Promise.all(
      threads.map(async (on) => {
        const runner = await system.spawn(CampaignRunner, args, { on });
        while (next < end && total.failures.length < stopAt) {
          const seed = next++;
          const batch = await runner.ask.run([seed], { timeoutMs: Number.POSITIVE_INFINITY });
          addCounts(total.counts, batch.counts);
          total.failures.push(...batch.failures);
          total.seeds++;
          for (const { what } of batch.failures)
            console.error(`${name}: seed ${seed} fails: ${what}\n  ${replay(name, seed, mutant)}`);
          progress();
        }
      }),
    );
  } finally {
    await system.close();
  }
  return total;
}

function replay(name: string, seed: number, mutant: string | undefined): string {
  const flag = mutant === undefined ? '' : ` --mutant ${mutant}`;
  return `npx thrum sim dist/test/chord/simulations.js --name ${name} --seed ${seed}${flag}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      r: { type: 'string', default: '2' },
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '1' },
      mutant: { type: 'string' },
      'stop-at': { type: 'string', default: '10' },
    },
  });
  const suite = positionals[0] ?? 'model';
  const name = `chord/${suite === 'model' ? `model-r${values.r}` : suite}`;
  if (!simulations.some((simulation) => simulation.name === name)) {
    throw new Error(`there is no ${name}: there are ${simulations.map((each) => each.name).join(', ')}`);
  }
  const mutant = values.mutant === undefined ? undefined : `chord/${values.mutant.replace(/^chord\//, '')}`;
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const { seeds, counts, failures } = await run({
    name,
    seeds: Number(values.seeds),
    from: Number(values.from),
    jobs: Number(values.jobs),
    mutant,
    stopAt: Number(values['stop-at']),
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMsPerSeed = (user + system) / 1000 / seeds;
  const what = { name, mutant, seeds, seconds, cpuMsPerSeed, violations: failures.length };
  console.log(JSON.stringify({ ...what, counts, failures }, undefined, 2));
  process.exitCode = failures.length > 0 ? 1 : 0;
}

// On other threads this module is only where the runner is.
if (process.argv[1]?.endsWith('campaign.js')) {
  const { isMainThread } = await import('node:worker_threads');
  if (isMainThread) await main();
}
