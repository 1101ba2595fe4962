// `ctx.store`: an actor's values and its log, on its volume.
import { StoreError } from '../../protocol/errors.ts';
import type { VolumeWrite } from '../../protocol/storage.ts';
import type { KeyRange, Store, StoreBatch } from '../../protocol/store.ts';
import type { Platform } from '../../wire/platform.ts';
import { ActorLog } from './actorLog.ts';
import { keyOfValue, valueKey, valuesEnd } from './keys.ts';
import { loggedTurn, never } from './turn.ts';
import { decodeValue, encodeValue } from './values.ts';
import type { CellVolume } from './volume.ts';

/** Entries of one read. */
export const pageEntries = 256;

export class ActorStore implements Store {
  readonly log: ActorLog;
  private readonly volume: CellVolume;
  private readonly platform: Platform;
  private readonly isLive: () => boolean;

  /** `isLive`: whether the behaviour it was made for is still the actor's present one. */
  constructor(volume: CellVolume, platform: Platform, isLive: () => boolean) {
    this.volume = volume;
    this.platform = platform;
    this.isLive = isLive;
    this.log = new ActorLog(this, volume, platform);
  }

  async get(key: string): Promise<unknown> {
    this.check();
    const at = valueKey(key);
    if (loggedTurn.replaying) return never();
    const bytes = await this.volume.read((volume) => volume.get(at));
    return bytes === undefined ? undefined : decodeValue(bytes, this.platform);
  }

  async put(key: string, value: unknown): Promise<void> {
    return this.write(() => [{ key: valueKey(key), bytes: encodeValue(value, this.platform) }]);
  }

  async delete(key: string): Promise<void> {
    return this.write(() => [{ key: valueKey(key), bytes: undefined }]);
  }

  async *list({ from = '', to }: KeyRange = {}): AsyncGenerator<readonly [string, unknown]> {
    this.check();
    if (loggedTurn.replaying) await never();
    const end = to === undefined ? valuesEnd : valueKey(to);
    let next = valueKey(from);
    for (;;) {
      const page = await this.volume.read((volume) => volume.range(next, end, pageEntries));
      for (const { key, bytes } of page) yield [keyOfValue(key), decodeValue(bytes, this.platform)];
      if (page.length === 0) return;
      next = `${page.at(-1)!.key}\0`;
    }
  }

  async batch(fill: (batch: StoreBatch) => void): Promise<void> {
    const writes: VolumeWrite[] = [];
    const appended: Uint8Array[] = [];
    fill({
      put: (key, value) => void writes.push({ key: valueKey(key), bytes: encodeValue(value, this.platform) }),
      delete: (key) => void writes.push({ key: valueKey(key), bytes: undefined }),
      append: (value) => void appended.push(encodeValue(value, this.platform)),
    });
    if (appended.length > 0) await this.log.appendAll(appended, writes);
    else if (writes.length > 0) await this.write(() => writes);
  }

  /** Writes what `make` gives, made now. */
  write(make: () => readonly VolumeWrite[]): Promise<void> {
    this.check();
    const writes = make();
    // Of a message that is handled again: it has been written.
    return loggedTurn.replaying ? never() : this.volume.commit(writes);
  }

  check(): void {
    if (this.isLive()) return;
    throw new StoreError(
      'closed',
      'the behaviour whose store this was has ended: it can read and write no more',
    );
  }
}
