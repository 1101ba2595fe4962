// A job in a simulation: on hosts that crash, pause and lose each other, over files in memory.

import { ByteWriter } from '../../../../actors/mapreduce/jobs/encoding/byteWriter.ts';
import { JobCoordinator } from '../../../../actors/mapreduce/jobs/engine/coordinator.ts';
import type {
  Ending,
  InputPart,
  RunSettings,
  Summary,
} from '../../../../actors/mapreduce/jobs/engine/messages.ts';
import { planTasks } from '../../../../actors/mapreduce/jobs/engine/parts.ts';
import { JobDisk } from '../../../../actors/mapreduce/jobs/files/disk.ts';
import type { Job } from '../../../../actors/mapreduce/jobs/job.ts';
import { Chance, type SimulateOptions, simulate } from '../../../../lib/sim/index.ts';
import { MemoryDisk } from './memoryDisk.ts';

export interface SimulatedJob {
  readonly ending: Ending;
  readonly summary: Summary;
  readonly output: Readonly<Record<string, string>>;
  readonly disk: MemoryDisk;
  readonly crashes: number;
}

export interface SimulatedOptions {
  readonly seed: number;
  readonly splitBytes: number;
  readonly partitions: number;
  readonly files: Readonly<Record<string, string>>;
  readonly settings?: Partial<RunSettings>;
  readonly backups?: boolean;
  readonly simulate?: Partial<SimulateOptions>;
  readonly fingerprint?: string;
  readonly disk?: MemoryDisk;
}

/** What differs from seed to seed: where runs are kept, whether they spill, whether crashes are told of. */
export function settingsOf(seed: number): Partial<RunSettings> {
  const chance = new Chance(seed, 'settings');
  return {
    taskBytesMax: chance.pick([300, 1 << 20]),
    shelfBytesMax: chance.pick([0, 2000, 1 << 20]),
    compresses: chance.bool(0.3),
    keepsRuns: chance.bool(0.2),
    breathRecords: chance.pick([1, 3, 10]),
    breathPauseMs: chance.pick([1, 5, 20]),
  };
}

/** Crashes come often: several in the life of a job. The coordinator's host, 1, has none. */
export function faultsOf(seed: number): Partial<SimulateOptions> {
  const chance = new Chance(seed, 'faults');
  const forMs = { type: 'uniform', minMs: 1, maxMs: 800 } as const;
  return {
    network: {
      latency: { type: 'exponential', meanMs: chance.pick([1, 10]) },
      loss: chance.pick([0, 0.01]),
      duplication: chance.pick([0, 0.02]),
      ...(chance.bool(0.5) && { crashDetectionMs: chance.pick([10, 300]) }),
    },
    faults: {
      hosts: [2, 3, 4],
      atOnceMax: 2,
      crashes: { everyMs: chance.pick([100, 400, 2000]), forMs },
      ...(chance.bool(0.5) && { pauses: { everyMs: 500, forMs } }),
      ...(chance.bool(0.5) && { partitions: { everyMs: 800, forMs } }),
      ...(chance.bool(0.3) && { clogs: { everyMs: 300, forMs } }),
    },
    durationMs: 20_000,
    calmMs: 120_000,
  };
}

export async function simulateJob(job: Job, options: SimulatedOptions): Promise<SimulatedJob> {
  const disk = options.disk ?? new MemoryDisk();
  const inputs: InputPart[] = [];
  for (const [path, content] of Object.entries(options.files)) {
    disk.put(path, content);
    const bytes = Buffer.byteLength(content);
    inputs.push({ path, start: 0, end: bytes, bytes });
  }
  disk.makeDirectory('work');
  const params = new ByteWriter();
  params.value(undefined);
  const settings: RunSettings = {
    job: { name: job.name },
    params: params.copy(),
    partitions: options.partitions,
    directory: 'work',
    writesFiles: true,
    keepsRuns: false,
    compresses: false,
    ...{ taskBytesMax: 1 << 20, shelfBytesMax: 1 << 20, readBytes: 64, breathMs: 1e9 },
    ...{ breathRecords: 3, breathPauseMs: 5, leaseMs: 1000, retryMs: 100 },
    ...options.settings,
  };
  const tasks = planTasks(inputs, job.input, options.splitBytes);
  const { value, faults } = await simulate(
    { seed: options.seed, nodes: 4, traceFile: false, resources: [JobDisk.with(disk)], ...options.simulate },
    async (sim) => {
      const coordinator = await sim.spawn(
        JobCoordinator,
        {
          ...{ settings, tasks, nodes: [2, 3, 4], outputDirectory: 'out' },
          ...{ backups: options.backups ?? true, skippedMax: 0, deathsMax: 1000, statusMs: 1000 },
          ...(options.fingerprint !== undefined && { fingerprint: options.fingerprint }),
        },
        { on: 1 },
      );
      for (const host of sim.hosts.slice(1)) {
        host.onBoot(() => {
          if (host.starts > 1) coordinator.tell.addNode(host.id);
        });
      }
      const ending = await coordinator.ask.run({ timeoutMs: Number.POSITIVE_INFINITY });
      return { ending, summary: await coordinator.ask.summary() };
    },
  );
  const names = disk.list('out');
  const output = Object.fromEntries(
    names.map((name) => [name, Buffer.from(disk.files.get(`out/${name}`)!).toString('latin1')]),
  );
  return { ...value, output, disk, crashes: faults.crash };
}
