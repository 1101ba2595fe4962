// What tasks have made: the outputs that count, what was counted with them, and the journal that says so after a kill.
import { ByteReader } from '../encoding/byteReader.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import type { Disk } from '../files/disk.ts';
import type { Job } from '../job.ts';
import { type JobKey, keyOrder } from '../shuffle/keys.ts';
import { boundsOf } from '../shuffle/partition.ts';
import { Journal } from './journal.ts';
import type {
  AttemptId,
  Outcome,
  RunSettings,
  Sealed,
  Source,
  Summary,
  Tallies,
  WorkerRef,
} from './messages.ts';
import { Output } from './output.ts';
import type { Phases } from './phases.ts';
import { summaryOf } from './summary.ts';

/** A map task's output that counts. */
interface Mapped {
  readonly attempt: number;
  readonly sealed: Sealed;
  /** Who keeps it in memory. */
  readonly worker: WorkerRef | undefined;
}

export type Success = Exclude<Outcome, { kind: 'failed' | 'lost' }>;

export class Ledger {
  readonly output: Output;
  /** The lowest key of each partition but the first, as bytes; none where keys go by hash. */
  bounds = encoded([]);
  /** Tasks that an earlier run has done. */
  resumed = 0;
  /** What each map task has counted. It stays when an output is lost: the reducers may have had it already. */
  readonly mapTallies: (Tallies | undefined)[] = [];
  readonly reduceTallies: (Tallies | undefined)[] = [];
  private readonly job: Job;
  private readonly disk: Disk;
  private readonly settings: RunSettings;
  private readonly samples: JobKey[][] = [];
  private readonly mapped: (Mapped | undefined)[] = [];
  private journal: Journal | undefined = undefined;

  constructor(job: Job, disk: Disk, settings: RunSettings) {
    this.job = job;
    this.disk = disk;
    this.settings = settings;
    this.output = new Output(disk, settings, job.output.extension);
  }

  get hasBounds(): boolean {
    return this.bounds.length > encoded([]).length;
  }

  /** Begins the output, with what the journal says that an earlier run has done. No `fingerprint`: there is no journal. */
  open(fingerprint: string | undefined, phases: Phases): void {
    this.output.begin();
    const { directory } = this.settings;
    if (fingerprint === undefined || directory === undefined) return;
    const { journal, entries } = Journal.open(this.disk, `${directory}/journal`, fingerprint);
    this.journal = journal;
    for (const entry of entries) {
      if (entry.kind === 'bounds') {
        this.bounds = Buffer.from(entry.keys, 'base64');
      } else if (entry.kind === 'map') {
        const { task, attempt, sealed, tallies } = entry;
        const isThere = this.disk.sizeOf(sealed.file ?? '') === sealed.offsets.at(-1);
        if (this.mapped[task] !== undefined || !isThere) continue;
        this.mapped[task] = { attempt, sealed, worker: undefined };
        this.mapTallies[task] = tallies;
        phases.map.restore(task, attempt);
        this.output.restore({ phase: 'map', task }, tallies.sideFiles);
        this.resumed++;
      } else if (entry.kind === 'reduce') {
        const { task, attempt, file, bytes, tallies } = entry;
        if (this.reduceTallies[task] !== undefined || this.disk.sizeOf(file) !== bytes) continue;
        this.reduceTallies[task] = tallies;
        phases.reduce.restore(task, attempt);
        this.output.restore({ phase: 'reduce', task }, tallies.sideFiles);
        this.resumed++;
      }
    }
  }

  /** Takes what the first attempt of a task has made. What it throws concerns the whole job. */
  keep(worker: WorkerRef, id: AttemptId, outcome: Success): void {
    const { task, attempt } = id;
    switch (outcome.kind) {
      case 'sampled':
        this.samples[task] = new ByteReader(outcome.keys).value() as JobKey[];
        return;
      case 'mapped': {
        const { sealed, tallies } = outcome;
        this.mapped[task] = { attempt, sealed, worker: sealed.file === undefined ? worker : undefined };
        this.mapTallies[task] = tallies;
        this.output.takeSideFiles(id, tallies.sideFiles);
        if (sealed.file !== undefined) this.journal?.add({ kind: 'map', task, attempt, sealed, tallies });
        return;
      }
      case 'reduced': {
        const { tallies } = outcome;
        this.reduceTallies[task] = tallies;
        const { file, bytes } = this.output.take(task, outcome, id);
        if (file !== undefined) this.journal?.add({ kind: 'reduce', task, attempt, file, bytes, tallies });
      }
    }
  }

  /** Finds the ranges of the partitions, when all samples are there. */
  findBounds(): void {
    const { partitions } = this.settings;
    this.bounds = encoded(boundsOf(this.samples.flat(), partitions, keyOrder(this.job.code.sort.keys)));
    this.journal?.add({ kind: 'bounds', keys: Buffer.from(this.bounds).toString('base64') });
  }

  /** The output of a map task is gone. */
  forget(task: number): void {
    this.mapped[task] = undefined;
  }

  /** The map tasks whose output a worker keeps in memory. */
  keptBy(worker: WorkerRef): { task: number; attempt: number }[] {
    return this.mapped.flatMap((mapped, task) =>
      mapped?.worker?.equals(worker) === true ? [{ task, attempt: mapped.attempt }] : [],
    );
  }

  /** Where a reduce task finds its partition of each map task's output. All map tasks must be done. */
  sourcesOf(partition: number): Source[] {
    const sources: Source[] = [];
    for (const [task, mapped] of this.mapped.entries()) {
      const { attempt, sealed, worker } = mapped!;
      const start = sealed.offsets[partition]!;
      const end = sealed.offsets[partition + 1]!;
      if (start === end) continue;
      const place =
        sealed.file !== undefined ? { file: sealed.file } : worker !== undefined ? { worker } : {};
      sources.push({ task, attempt, start, end, ...place });
    }
    return sources;
  }

  /** Records and keys that were skipped. */
  get skipped(): number {
    const all = [...this.mapTallies, ...this.reduceTallies];
    return all.reduce((sum, tallies) => sum + (tallies?.skipped.length ?? 0), 0);
  }

  summary(attempts: number, backups: number): Summary {
    return summaryOf(this.mapTallies, this.reduceTallies, { attempts, backups, resumed: this.resumed });
  }

  close(): void {
    this.journal?.close();
  }
}

function encoded(keys: readonly JobKey[]): Uint8Array {
  const writer = new ByteWriter();
  writer.value(keys);
  return writer.copy();
}
