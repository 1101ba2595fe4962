// The disk of a simulated host: it keeps what was written when the host crashes, and does so as badly as a disk may. What
// actors see of it (values, logs, recovery) is made of it by the same code as on a real one.
import { StoreError } from '../protocol/errors.ts';
import type { Storage, Volume, VolumeEntry, VolumeWrite } from '../protocol/storage.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import { type Draw, drawOf, type Latency } from './latency.ts';
import type { ScheduleKeeper } from './schedule.ts';
import type { SimNode } from './simNode.ts';
import { taskAt } from './taskEvent.ts';

/** How the hosts' disks are. */
export interface DiskOptions {
  /** How long a commit takes until it is durable; default: exponential with a mean of 1 ms. */
  readonly write?: Latency;
  /** How long a read takes; default 0.1 ms. */
  readonly read?: Latency;
}

/** What a disk does wrong; probabilities from 0 to 1. */
export interface WriteFaults {
  readonly failed?: number;
  readonly torn?: number;
}

/** A commit that isn't durable yet. */
interface Pending {
  readonly volume: SimVolume;
  readonly writes: readonly VolumeWrite[];
  readonly reject: (error: StoreError) => void;
  cancel: () => void;
}

export class SimDisk implements Storage {
  readonly host: number;
  /** What is kept, by identity. It outlives every node of the host. */
  private readonly kept = new Map<string, Map<string, Uint8Array>>();
  private readonly opened = new Map<string, SimVolume>();
  private readonly engine: Engine;
  private readonly chance: Chance;
  private readonly keeper: ScheduleKeeper;
  private readonly faults: WriteFaults;
  private readonly writeDelay: Draw;
  private readonly readDelay: Draw;
  private pending: Pending[] = [];
  private lastDone = 0;
  private writes = 0;
  /** Whether chance does harm. */
  unkind = true;
  /** What it has done wrong. */
  readonly counts = { failedWrite: 0, tornWrite: 0 };
  /** The node that uses it now. */
  owner: SimNode | undefined = undefined;

  constructor(
    host: number,
    engine: Engine,
    chance: Chance,
    keeper: ScheduleKeeper,
    { write, read }: DiskOptions,
    faults: WriteFaults,
  ) {
    this.host = host;
    this.engine = engine;
    this.chance = chance;
    this.keeper = keeper;
    this.faults = faults;
    this.writeDelay = drawOf(write ?? { type: 'exponential', meanMs: 1 }, 'disk.write');
    this.readDelay = drawOf(read ?? 0.1, 'disk.read');
  }

  async open(identity: string): Promise<Volume> {
    const owner = this.owner;
    await this.later(this.readDelay, () => {});
    if (owner !== this.owner) throw new StoreError('closed', 'the host has crashed');
    this.opened.get(identity)?.fence();
    let entries = this.kept.get(identity);
    if (entries === undefined) {
      entries = new Map();
      this.kept.set(identity, entries);
    }
    const volume = new SimVolume(this, entries);
    this.opened.set(identity, volume);
    return volume;
  }

  /** Resolves with what `fn` gives when the disk has done its work. */
  later<T>(delay: Draw, fn: () => T): Promise<T> {
    return new Promise((resolve) => {
      const { owner } = this;
      this.at(this.engine.now + Math.round(delay(this.chance) * 1000), owner, () => resolve(fn()));
    });
  }

  /** The node that uses the disk goes on at `time`; not when it has crashed, and later when it is paused. */
  private at(time: number, owner: SimNode | undefined, fn: () => void): () => void {
    return taskAt(this.engine, time, () => {
      if (owner?.paused) owner.postpone(fn);
      else if (owner === undefined || owner.alive) fn();
    });
  }

  read<T>(fn: () => T): Promise<T> {
    const value = fn();
    return this.later(this.readDelay, () => value);
  }

  commit(volume: SimVolume, writes: readonly VolumeWrite[]): Promise<void> {
    const number = ++this.writes;
    const drawn = this.chance.bool(this.faults.failed ?? 0) && this.unkind;
    const fails = this.keeper.decide({ kind: 'failedWrite', host: this.host, number }, drawn);
    const isThere = this.chance.bool();
    const delay = Math.round(this.writeDelay(this.chance) * 1000);
    return new Promise((resolve, reject) => {
      const pending: Pending = { volume, writes, reject, cancel: () => {} };
      this.pending.push(pending);
      this.lastDone = Math.max(this.lastDone, this.engine.now + delay);
      pending.cancel = this.at(this.lastDone, this.owner, () => {
        this.pending = this.pending.filter((other) => other !== pending);
        if (!fails || isThere) volume.apply(writes);
        if (!fails) return resolve();
        this.counts.failedWrite++;
        const error = new StoreError('io', `write ${number} of host ${this.host} has failed`);
        reject(error);
        this.refuse(volume, error);
      });
    });
  }

  /** The volume takes no more, and what was on its way never arrives. */
  refuse(volume: SimVolume, error: StoreError): void {
    volume.failed ??= error;
    for (const { volume: of, reject, cancel } of this.pending) {
      if (of !== volume) continue;
      cancel();
      reject(error);
    }
    this.pending = this.pending.filter(({ volume: of }) => of !== volume);
  }

  /** The host crashes: some of the commits that were on their way are there, the last of them perhaps in part. */
  crash(): void {
    const { pending, chance } = this;
    this.pending = [];
    for (const { cancel } of pending) cancel();
    const whole = chance.int(0, pending.length);
    for (const { volume, writes } of pending.slice(0, whole)) volume.apply(writes);
    const torn = pending[whole];
    const number = this.writes - pending.length + whole + 1;
    const drawn = chance.bool(this.faults.torn ?? 0) && this.unkind;
    if (torn !== undefined && this.keeper.decide({ kind: 'tornWrite', host: this.host, number }, drawn)) {
      this.counts.tornWrite++;
      torn.volume.apply(torn.writes.slice(0, chance.int(0, torn.writes.length - 1)));
    }
    this.opened.clear();
    this.owner = undefined;
    this.lastDone = 0;
  }
}

class SimVolume implements Volume {
  failed: StoreError | undefined = undefined;
  private readonly disk: SimDisk;
  private readonly entries: Map<string, Uint8Array>;

  constructor(disk: SimDisk, entries: Map<string, Uint8Array>) {
    this.disk = disk;
    this.entries = entries;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.disk.read(() => this.entries.get(key));
  }

  range(from: string, to: string, limit: number): Promise<readonly VolumeEntry[]> {
    return this.disk.read(() =>
      [...this.entries]
        .filter(([key]) => key >= from && key < to)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([key, bytes]) => ({ key, bytes })),
    );
  }

  commit(writes: readonly VolumeWrite[]): Promise<void> {
    if (this.failed !== undefined) return Promise.reject(this.failed);
    // What is written is what was given, whatever becomes of it meanwhile.
    return this.disk.commit(
      this,
      writes.map(({ key, bytes }) => ({ key, bytes: bytes?.slice() })),
    );
  }

  close(): void {}

  apply(writes: readonly VolumeWrite[]): void {
    for (const { key, bytes } of writes) {
      if (bytes === undefined) this.entries.delete(key);
      else this.entries.set(key, bytes);
    }
  }

  /** Somebody else has opened it. */
  fence(): void {
    this.disk.refuse(this, new StoreError('fenced', 'another actor of this identity has opened the store'));
  }
}
