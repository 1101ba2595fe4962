// `ctx.store.log`: entries by position, added to the end and dropped from the beginning.
import { StoreError } from '../../protocol/errors.ts';
import type { Volume, VolumeWrite } from '../../protocol/storage.ts';
import type { StoredEntry, StoreLog } from '../../protocol/store.ts';
import type { Platform } from '../../wire/platform.ts';
import type { ActorStore } from './actorStore.ts';
import { checkFollows, entriesEnd, entryKey, ownLog, positionOf } from './keys.ts';
import { loggedTurn, never } from './turn.ts';
import { decodeValue, encodeValue } from './values.ts';
import type { CellVolume } from './volume.ts';

/** Entries of one read. */
const pageEntries = 256;
/** Keys of one write that drops entries. */
const dropMax = 1024;

export class ActorLog implements StoreLog {
  private readonly store: ActorStore;
  private readonly volume: CellVolume;
  private readonly platform: Platform;
  /** Appends and truncations come one after the other: each needs to know the end that the last one left. */
  private last: Promise<unknown> = Promise.resolve();
  private first = 1;
  private next = 1;
  /** For which generation of the volume the bounds are known. */
  private knownFor = 0;

  constructor(store: ActorStore, volume: CellVolume, platform: Platform) {
    this.store = store;
    this.volume = volume;
    this.platform = platform;
  }

  async append(value: unknown): Promise<number> {
    return this.appendAll([encodeValue(value, this.platform)], []);
  }

  /** Adds entries together with other writes; resolves with the position of the last. */
  async appendAll(values: readonly Uint8Array[], others: readonly VolumeWrite[]): Promise<number> {
    this.store.check();
    if (loggedTurn.replaying) return never();
    let position = 0;
    const committed = this.inTurn(async () => {
      await this.know();
      const entries = values.map((bytes, i) => ({ key: entryKey(ownLog, this.next + i), bytes }));
      this.next += values.length;
      position = this.next - 1;
      // Not waited for here: the next append may go along.
      return { done: this.volume.commit([...others, ...entries]) };
    });
    await (await committed).done;
    return position;
  }

  async *read(from = 1): AsyncGenerator<StoredEntry> {
    this.store.check();
    const { first, next } = await this.bounds();
    let position = Math.max(from, first);
    while (position < next) {
      const start = entryKey(ownLog, position);
      const page = await this.volume.read((volume) =>
        volume.range(start, entryKey(ownLog, next), pageEntries),
      );
      // Entries that were dropped meanwhile are nobody's loss.
      if (page.length === 0 && position >= this.first) checkFollows(next, position);
      if (page.length === 0) return;
      for (const { key, bytes } of page) {
        if (positionOf(key) >= this.first) checkFollows(positionOf(key), Math.max(position, this.first));
        position = positionOf(key) + 1;
        yield { position: position - 1, value: decodeValue(bytes, this.platform) };
      }
    }
  }

  async truncate(before: number): Promise<void> {
    if (!Number.isSafeInteger(before) || before < 1) {
      throw new StoreError('tooLarge', `truncate takes a position, 1 or more, not ${before}`);
    }
    this.store.check();
    if (loggedTurn.replaying) return never();
    const committed = this.inTurn(async () => {
      await this.know();
      let done = Promise.resolve();
      const end = Math.min(before, this.next);
      while (this.first < end) {
        const until = Math.min(end, this.first + dropMax);
        const writes: VolumeWrite[] = [{ key: ownLog.marker, bytes: encodeValue(until, this.platform) }];
        for (let at = this.first; at < until; at++)
          writes.push({ key: entryKey(ownLog, at), bytes: undefined });
        this.first = until;
        done = this.volume.commit(writes);
        // Should one of several fail, the last fails too: that is the one waited for.
        done.catch(() => {});
      }
      return { done };
    });
    await (await committed).done;
  }

  async bounds(): Promise<{ first: number; next: number }> {
    this.store.check();
    if (loggedTurn.replaying) return never();
    return this.inTurn(async () => {
      await this.know();
      return { first: this.first, next: this.next };
    });
  }

  private inTurn<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.last.then(fn);
    this.last = result.catch(() => {});
    return result;
  }

  /** Finds out where the log begins and ends, once for each generation of the volume. */
  private async know(): Promise<void> {
    if (this.knownFor === this.volume.generation && this.knownFor > 0) return;
    const [first, last] = await this.volume.read(async (volume) => {
      const marker = await volume.get(ownLog.marker);
      return [
        marker === undefined ? 1 : (decodeValue(marker, this.platform) as number),
        await lastOf(volume),
      ];
    });
    this.first = first;
    this.next = last === undefined ? first : last + 1;
    this.knownFor = this.volume.generation;
  }
}

/** The position of the last entry. */
async function lastOf(volume: Volume): Promise<number | undefined> {
  const end = entriesEnd(ownLog);
  const [beginning] = await volume.range(entryKey(ownLog, 0), end, 1);
  if (beginning === undefined) return undefined;
  // Doubling steps, then halving ones: a log has no gaps.
  let low = positionOf(beginning.key);
  let step = 1;
  while ((await volume.range(entryKey(ownLog, low + step), end, 1)).length > 0) {
    low += step;
    step *= 2;
  }
  for (; step >= 1; step /= 2) {
    if ((await volume.range(entryKey(ownLog, low + step), end, 1)).length > 0) low += step;
  }
  return low;
}
