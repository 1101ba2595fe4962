// An actor's volume: opened when it is first needed, and anew after a failure, unless somebody else has it by now.
import { StoreError } from '../../protocol/errors.ts';
import type { Storage, Volume, VolumeWrite } from '../../protocol/storage.ts';
import type { Cell } from '../cell.ts';

export class CellVolume {
  private readonly storage: Storage;
  private readonly identity: string;
  private volume: Promise<Volume> | undefined = undefined;
  /** Settles when the last write has. */
  private written: Promise<unknown> = Promise.resolve();
  private closed = false;
  /** Another one whenever it was opened anew or has failed: what is known of its contents is to be read again. */
  generation = 0;

  constructor(storage: Storage, identity: string) {
    this.storage = storage;
    this.identity = identity;
  }

  private open(): Promise<Volume> {
    if (this.closed)
      return Promise.reject(new StoreError('closed', 'the actor whose store this is has ended'));
    if (this.volume === undefined) {
      this.generation++;
      this.volume = this.storage.open(this.identity);
      this.volume.catch(this.failed(this.volume));
    }
    return this.volume;
  }

  /** In the order of the calls. */
  commit(writes: readonly VolumeWrite[]): Promise<void> {
    const volume = this.open();
    const done = volume.then((opened) => opened.commit(writes));
    this.written = done.catch(this.failed(volume));
    return done;
  }

  /** Reads when everything that was written before is there, or has failed. */
  async read<T>(fn: (volume: Volume) => Promise<T>): Promise<T> {
    await this.written;
    return fn(await this.open());
  }

  /** Resolves when everything that was written before is there, or has failed. */
  async settled(): Promise<void> {
    await this.written;
  }

  private failed(volume: Promise<Volume>): (error: unknown) => void {
    return (error) => {
      const isFenced = error instanceof StoreError && error.kind === 'fenced';
      if (this.volume !== volume) return;
      this.generation++;
      if (!isFenced) this.volume = undefined;
    };
  }

  /** What is on its way still arrives. */
  close(): void {
    this.closed = true;
    this.volume?.then(
      (volume) => volume.close(),
      () => {},
    );
  }
}

/**
 * The volume of a cell, made on first use.
 *
 * @throws `StoreError` of kind `unavailable`
 */
export function volumeOf(cell: Cell): CellVolume {
  const { host, definition } = cell.kind;
  const own = cell.own();
  if (own.volume !== undefined) return own.volume;
  if (own.name === undefined) {
    throw new StoreError(
      'unavailable',
      `${cell.path} has no name, and so no store: what is kept is found again by definition and name. Spawn it with { name: '…' }`,
    );
  }
  if (host.storage === undefined) {
    throw new StoreError(
      'unavailable',
      `the system of ${cell.path} has no store: createSystem({ store: directory })`,
    );
  }
  own.volume = new CellVolume(host.storage, `${definition.name}\n${own.name}`);
  return own.volume;
}
