// Runs the seeds of one simulation, on threads of their own: an actor on each takes a batch of seeds after the other.
import * as z from 'zod';
import { actor, ask, createSystem, type Ref } from '../../../lib/index.ts';
import { observedRun, type SimulationResult } from '../../../lib/sim/index.ts';
import { loadSimulations } from './load.ts';

/** What a batch of seeds comes to. */
const batchResult = z.object({
  runs: z.number(),
  events: z.number(),
  /** How often each kind of fault and harm took place. */
  counts: z.record(z.string(), z.number()),
  /** The first seed of the batch that failed, and why. */
  failure: z.object({ seed: z.number(), message: z.string() }).optional(),
  /** Whether any code has asked for the mutant that is on. */
  mutantIsKnown: z.boolean(),
});
export type BatchResult = z.output<typeof batchResult>;

const SeedRunner = actor('thrum/SeedRunner', {
  module: import.meta.url,
  args: z.object({ file: z.string(), name: z.string(), mutant: z.string().optional() }),
  protocol: { run: ask(z.array(z.number()), batchResult) },
  create: ({ file, name, mutant }) => ({
    async run(seeds) {
      const found = (await loadSimulations(file)).find((candidate) => candidate.name === name)!;
      const total: BatchResult = { runs: 0, events: 0, counts: {}, mutantIsKnown: false };
      for (const seed of seeds) {
        const options = { ...found.options, seed, ...(mutant !== undefined && { mutant }) };
        const outcome = await observedRun(options, found.scenario);
        total.runs++;
        total.mutantIsKnown ||= !outcome.mutantIsUnknown;
        if (!outcome.ok) {
          total.failure = { seed, message: outcome.trace.failure.message };
          break;
        }
        addCounts(total, outcome.result);
      }
      return total;
    },
  }),
});

function addCounts(total: BatchResult, { events, faults, network }: SimulationResult): void {
  total.events += events;
  const { lost, duplicated, reordered, cut } = network;
  for (const [kind, count] of Object.entries({ ...faults, lost, duplicated, reordered, cut })) {
    total.counts[kind] = (total.counts[kind] ?? 0) + count;
  }
}

/** What is to be run. */
export interface SeedJob {
  readonly file: string;
  readonly name: string;
  readonly mutant: string | undefined;
  readonly firstSeed: number;
  readonly runs: number;
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (sum: BatchResult) => void;
}

/** Runs until all seeds are done or one has failed; of several that fail, the lowest counts. */
export async function runSeeds(job: SeedJob): Promise<BatchResult> {
  const { file, name, mutant, firstSeed, runs, jobs, signal, onProgress } = job;
  // A batch of seeds takes as long as it takes; what held the thread for a minute is reported.
  const unresponsive = { afterMs: 60_000 };
  const system = await createSystem({ threads: jobs, slowHandlerMs: false, unresponsive });
  const sum: BatchResult = { runs: 0, events: 0, counts: {}, mutantIsKnown: false };
  let next = firstSeed;
  const end = firstSeed + runs;
  const batch = Math.max(1, Math.min(100, Math.ceil(runs / jobs / 20)));
  const work = async (runner: Ref<typeof SeedRunner>): Promise<void> => {
    while (next < end && sum.failure === undefined && !signal.aborted) {
      const seeds = Array.from({ length: Math.min(batch, end - next) }, (_, i) => next + i);
      next += seeds.length;
      merge(sum, await runner.ask.run(seeds, { timeoutMs: Number.POSITIVE_INFINITY, signal }));
      onProgress(sum);
    }
  };
  try {
    const workers = system.nodes.filter((node) => node !== 0);
    const args = { file, name, ...(mutant !== undefined && { mutant }) };
    const runners = await Promise.all(workers.map((on) => system.spawn(SeedRunner, args, { on })));
    await Promise.all(runners.map(work));
  } finally {
    await system.close({ timeoutMs: 1000 });
  }
  return sum;
}

function merge(sum: BatchResult, { runs, events, counts, failure, mutantIsKnown }: BatchResult): void {
  sum.runs += runs;
  sum.events += events;
  sum.mutantIsKnown ||= mutantIsKnown;
  for (const [kind, count] of Object.entries(counts)) sum.counts[kind] = (sum.counts[kind] ?? 0) + count;
  if (failure !== undefined && (sum.failure === undefined || failure.seed < sum.failure.seed)) {
    sum.failure = failure;
  }
}
