// The database on disk. Only the store's thread opens it: LMDB's writer takes what JavaScript writes while it writes, so
// a thread that is ended in the middle of that would leave the others waiting for it.
import type { Database, RootDatabase } from 'lmdb';
import { StoreError } from '../protocol/errors.ts';
import type { VolumeEntry } from '../protocol/storage.ts';
import { CommitGate } from './commitGate.ts';
import { checkedValue, diskKey, keyOf, recordOf } from './records.ts';
import { hasRoom } from './space.ts';
import { checkFile } from './verify/checkFile.ts';

/** What the directory is opened with. */
export interface DiskOptions {
  readonly directory: string;
  /** A commit is on the medium when it is done; else the operating system has it. */
  readonly fsync: boolean;
  /** The whole file is read and checked first. */
  readonly verify: boolean;
}

/** One write of one identity. */
export interface DiskWrite {
  readonly prefix: Buffer;
  readonly key: string;
  readonly bytes: Uint8Array | undefined;
}

type Bytes = Database<Buffer, Buffer>;

/** The format of keys and records that this library writes. */
const format = 1;
const fileName = 'data.mdb';
const ownerKey = Buffer.from('owner');
const rangeBytesMax = 4 * 1024 * 1024;

/** Whoever has written another number here since owns the directory now. */
interface Owner {
  readonly database: Bytes;
  readonly number: number;
}

export class Disk {
  private readonly root: RootDatabase;
  private readonly entries: Bytes;
  private readonly owner: Owner;

  private readonly directory: string;
  private readonly gate: CommitGate;

  private constructor(directory: string, root: RootDatabase, entries: Bytes, owner: Owner, gate: CommitGate) {
    this.directory = directory;
    this.gate = gate;
    this.root = root;
    this.entries = entries;
    this.owner = owner;
  }

  /**
   * `gate`: of whoever may end this thread.
   *
   * @throws `StoreError`
   */
  static async open(
    { directory, fsync, verify }: DiskOptions,
    gate: CommitGate = new CommitGate(),
  ): Promise<Disk> {
    const lmdb = await load();
    if (verify) checkFile(`${directory}/${fileName}`);
    try {
      const root = lmdb.open({
        path: `${directory}/${fileName}`,
        noSubdir: true,
        // A commit is done when it is flushed: what is acknowledged is there.
        overlappingSync: false,
        noSync: !fsync,
      });
      const bytes = { encoding: 'binary', keyEncoding: 'binary' } as const;
      const entries = root.openDB({ name: 'entries', ...bytes }) as unknown as Bytes;
      const owners = root.openDB({ name: 'owner', ...bytes }) as unknown as Bytes;
      refuseOtherFormats(owners.get(ownerKey));
      const number = Math.floor(Math.random() * 2 ** 48);
      owners.putSync(ownerKey, Buffer.from(JSON.stringify({ format, number, pid: process.pid })));
      return new Disk(directory, root, entries, { database: owners, number }, gate);
    } catch (error) {
      throw error instanceof StoreError ? error : diskError(error, `opening ${directory}`);
    }
  }

  /** @throws `StoreError` of kind `corrupt` */
  get(prefix: Buffer, key: string): Uint8Array | undefined {
    const bytes = diskKey(prefix, key);
    return reading(() => {
      this.seeLatest();
      const record = this.entries.get(bytes);
      return record === undefined ? undefined : checkedValue(bytes, record);
    });
  }

  /**
   * Up to `limit` entries, fewer where they are large, one at least if there is any.
   *
   * @throws `StoreError` of kind `corrupt`
   */
  range(prefix: Buffer, from: string, to: string, limit: number): VolumeEntry[] {
    return reading(() => this.collect(prefix, from, to, limit));
  }

  private collect(prefix: Buffer, from: string, to: string, limit: number): VolumeEntry[] {
    this.seeLatest();
    const found: VolumeEntry[] = [];
    let size = 0;
    const range = { start: diskKey(prefix, from), end: diskKey(prefix, to), limit };
    for (const { key, value } of this.entries.getRange(range)) {
      found.push({ key: keyOf(key), bytes: checkedValue(key, value) });
      size += value.length;
      if (size >= rangeBytesMax) break;
    }
    return found;
  }

  private seeLatest(): void {
    (this.entries as unknown as { resetReadTxn(): void }).resetReadTxn();
  }

  /**
   * All of it or nothing, when it returns. It blocks: this thread has nothing better to do, and what comes meanwhile
   * gathers for the next commit.
   *
   * @throws `StoreError`
   */
  commit(writes: readonly DiskWrite[]): void {
    const { root, entries, owner, gate } = this;
    if (!gate.enter()) throw new StoreError('closed', 'the store is closing: this write was not begun');
    try {
      root.transactionSync(() => {
        if (numberIn(owner.database.get(ownerKey)) !== owner.number) throw fenced();
        for (const { prefix, key, bytes } of writes) {
          const at = diskKey(prefix, key);
          if (bytes === undefined) entries.removeSync(at);
          else entries.putSync(at, recordOf(at, bytes));
        }
      });
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw this.wasCutShort(error, writes) ? fullError(error, 'writing') : diskError(error, 'writing');
    } finally {
      gate.leave();
    }
  }

  private wasCutShort(error: unknown, writes: readonly DiskWrite[]): boolean {
    if ((error as { code?: unknown }).code !== inputOutputCode) return false;
    const size = writes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
    return !hasRoom(this.directory, size + spareBytes);
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}

async function load(): Promise<typeof import('lmdb')> {
  try {
    return await import('lmdb');
  } catch (error) {
    throw new StoreError(
      'unavailable',
      `createSystem({ store }) needs the package 'lmdb', which can't be loaded (${(error as Error).message}): npm install lmdb`,
      { cause: error },
    );
  }
}

function numberIn(owner: Buffer | undefined): unknown {
  return owner && (JSON.parse(owner.toString()) as { number?: unknown }).number;
}

function fenced(): StoreError {
  return new StoreError(
    'fenced',
    'another process has opened the same directory since and writes now: let one system use a directory at a time',
  );
}

function refuseOtherFormats(owner: Buffer | undefined): void {
  if (owner === undefined) return;
  let found: unknown;
  try {
    found = (JSON.parse(owner.toString()) as { format?: unknown }).format;
  } catch (error) {
    throw new StoreError('corrupt', "the store's own record can't be read", { cause: error });
  }
  if (found === format) return;
  throw new StoreError(
    'incompatible',
    `the store has format ${String(found)}, this version of the library reads ${format}: open it with the version that wrote it`,
  );
}

const fullCodes: ReadonlySet<unknown> = new Set([28 /* ENOSPC */, 27 /* EFBIG */, 122 /* EDQUOT */, -30792]);
const inputOutputCode = 5;
/** Pages that a transaction writes beside its values. */
const spareBytes = 256 * 1024;
const corruptCodes: ReadonlySet<unknown> = new Set([
  -30782 /* bad transaction: a page makes no sense */, -30797 /* page not found */, -30796 /* corrupted */,
  -30793 /* not a database */, -30781 /* bad value size */,
]);

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof StoreError ? error : diskError(error, 'reading');
  }
}

function fullError(cause: unknown, what: string): StoreError {
  const { message } = cause as Error;
  return new StoreError(
    'full',
    `${what} failed: no space is left (${message}). Free some; nothing of it was written`,
    { cause },
  );
}

/** What LMDB's error means. */
function diskError(cause: unknown, what: string): StoreError {
  const { code, message } = cause as Error & { code?: unknown };
  if (fullCodes.has(code)) return fullError(cause, what);
  if (corruptCodes.has(code)) {
    return new StoreError('corrupt', `${what} failed: the database is damaged (${message})`, { cause });
  }
  return new StoreError('io', `${what} failed: ${message}`, { cause });
}
