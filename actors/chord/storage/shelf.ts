// The values one node holds, in memory, by their place on the ring. Knows about time, but not about other nodes.
import { createHash } from 'node:crypto';
import type { Identifier } from '../identifier.ts';
import { isOwnedBy } from '../interval.ts';
import type { Entry, StoredRecord } from './messages.ts';
import { isNewer, sizeOf } from './record.ts';

interface Kept {
  readonly record: StoredRecord;
  readonly expiresAtMs: number;
}

export class Shelf {
  private readonly records = new Map<Identifier, Kept>();
  private readonly now: () => number;
  private readonly tombstoneMs: number;
  /** Grows with every change. */
  version = 0;

  constructor(now: () => number, tombstoneMs: number) {
    this.now = now;
    this.tombstoneMs = tombstoneMs;
  }

  /** Keeps the record if it is newer than the one that is there. */
  put(record: StoredRecord): void {
    const now = this.now();
    const present = this.live(record.id);
    if (!isNewer(record.version, present?.record.version)) return;
    // Handing a tombstone on doesn't make it live longer.
    const isTombstone = record.content.kind === 'tombstone';
    const lifeMs = record.ttlMs ?? (isTombstone ? this.tombstoneMs : Number.POSITIVE_INFINITY);
    this.records.set(record.id, { record, expiresAtMs: now + lifeMs });
    this.version++;
  }

  /** The record, with the time it has left. */
  get(id: Identifier): StoredRecord | undefined {
    const kept = this.live(id);
    return kept && this.withTimeLeft(kept);
  }

  delete(id: Identifier): void {
    if (this.records.delete(id)) this.version++;
  }

  /** Sorted identifiers of what is held, all of it or from (excluded) to (included). */
  ids(range?: { readonly from: Identifier; readonly to: Identifier }): Identifier[] {
    const ids: Identifier[] = [];
    for (const id of [...this.records.keys()]) {
      if (this.live(id) !== undefined && (range === undefined || isOwnedBy(range.from, id, range.to)))
        ids.push(id);
    }
    return ids.sort();
  }

  entry(id: Identifier): Entry | undefined {
    const kept = this.live(id);
    return kept && { id, version: kept.record.version };
  }

  /** Of what another node holds, the places where this one has nothing or something older. */
  wanted(entries: readonly Entry[]): Identifier[] {
    return entries
      .filter(({ id, version }) => isNewer(version, this.live(id)?.record.version))
      .map(({ id }) => id);
  }

  /** Says the same for two nodes that hold the same versions in a range. */
  digest(ids: readonly Identifier[]): string {
    const hash = createHash('sha1');
    for (const id of ids) {
      const version = this.live(id)?.record.version;
      if (version !== undefined) hash.update(`${id} ${version.counter} ${version.writer}\n`);
    }
    return hash.digest('hex');
  }

  totals(): { records: number; tombstones: number; bytes: number } {
    const totals = { records: 0, tombstones: 0, bytes: 0 };
    for (const id of this.ids()) {
      const { record } = this.records.get(id)!;
      if (record.content.kind === 'tombstone') totals.tombstones++;
      else totals.records++;
      totals.bytes += sizeOf(record);
    }
    return totals;
  }

  /** What is there. A value that has outlived its time stays for a while as a tombstone, lest an older one return. */
  private live(id: Identifier): Kept | undefined {
    const kept = this.records.get(id);
    if (kept === undefined || kept.expiresAtMs > this.now()) return kept;
    this.version++;
    const expiresAtMs = kept.expiresAtMs + this.tombstoneMs;
    if (kept.record.content.kind === 'tombstone' || expiresAtMs <= this.now()) {
      this.records.delete(id);
      return undefined;
    }
    const { version } = kept.record;
    const tombstone: Kept = { record: { id, version, content: { kind: 'tombstone' } }, expiresAtMs };
    this.records.set(id, tombstone);
    return tombstone;
  }

  private withTimeLeft({ record, expiresAtMs }: Kept): StoredRecord {
    if (expiresAtMs === Number.POSITIVE_INFINITY) return record;
    return { ...record, ttlMs: expiresAtMs - this.now() };
  }
}
