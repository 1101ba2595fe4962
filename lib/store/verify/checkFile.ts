// Reads a whole database file before LMDB opens it, and refuses one that is damaged: LMDB trusts its pages, so that a
// flipped bit can make an entry disappear without a word, and a file that was cut off ends the process. Every page that
// is reachable is looked at once, every key must be in its order, every record must have its checksum, and the counts
// that the database keeps must agree with what is there.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StoreError } from '../../protocol/errors.ts';
import { isIntact } from '../records.ts';
import { DamagedFile, damaged, type Meta, readMeta } from './pages.ts';
import { checkTree, type Tree } from './tree.ts';

/** @throws `StoreError` of kind `corrupt`, or `io` */
export function checkFile(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new StoreError('io', `${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    check(file);
  } catch (error) {
    // Numbers that make no sense lead outside of what is read.
    if (error instanceof DamagedFile || error instanceof RangeError) {
      throw new StoreError(
        'corrupt',
        `${path} is damaged: ${error.message}. Restore the directory from a backup, or delete it to begin with nothing`,
      );
    }
    throw new StoreError('io', `${path} can't be read: ${(error as Error).message}`, { cause: error });
  } finally {
    closeSync(file);
  }
}

function check(file: number): void {
  const { size } = fstatSync(file);
  const meta = latestMeta(file, size);
  const pages = new PageReader(file, size, meta);
  checkTree(pages, meta.free, 'free pages', (_key, value) => pages.free(value));
  checkTree(pages, meta.main, 'names', undefined, (name, tree: Tree) => {
    const text = Buffer.from(name).toString('latin1').replace(/\0$/, '');
    const isEntries = text === 'entries';
    checkTree(pages, tree, text, (key, value) => {
      if (isEntries && !isIntact(key, value)) damaged('an entry has another checksum than its record says');
    });
  });
  pages.finish();
}

/** The snapshot that LMDB would open. Its two meta pages are of transactions that follow each other. */
function latestMeta(file: number, size: number): Meta {
  const first = read(file, 0, Math.min(size, 4096));
  const one = readMeta(viewOf(first), 0);
  const other = readMeta(viewOf(read(file, one.pageBytes, Math.min(4096, size - one.pageBytes))), 0);
  if (other.pageBytes !== one.pageBytes) damaged('its two meta pages disagree about the size of pages');
  const [even, odd] = [one.transaction, other.transaction];
  const isFresh = even === 0 && odd === 0;
  const follow = Math.abs(even - odd) === 1 && even % 2 === 0 && odd % 2 === 1;
  if (!isFresh && !follow) damaged(`its two meta pages are of transactions ${even} and ${odd}`);
  return odd > even ? other : one;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function read(file: number, at: number, length: number): Uint8Array {
  if (length < 0) damaged('its end is cut off');
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, length - done, at + done);
    if (count === 0) damaged('its end is cut off');
    done += count;
  }
  return bytes;
}

/** Pages by number, each used at most once. */
class PageReader {
  readonly pageBytes: number;
  /** The one that the snapshot is of. */
  readonly lastTransaction: number;
  private readonly file: number;
  private readonly size: number;
  private readonly lastPage: number;
  private readonly seen: Uint8Array;

  constructor(file: number, size: number, { pageBytes, lastPage, transaction }: Meta) {
    this.pageBytes = pageBytes;
    this.lastTransaction = transaction;
    this.file = file;
    this.size = size;
    this.lastPage = lastPage;
    if (lastPage < 1 || lastPage > size / pageBytes + 2 ** 20) damaged(`it names a last page ${lastPage}`);
    this.seen = new Uint8Array(lastPage + 1);
    this.seen[0] = 1;
    this.seen[1] = 1;
  }

  /** `count` pages from `number` on. */
  take(number: number, count: number): Uint8Array {
    this.mark(number, count);
    const at = number * this.pageBytes;
    if (at + count * this.pageBytes > this.size) damaged(`page ${number} lies behind its end: it is cut off`);
    return read(this.file, at, count * this.pageBytes);
  }

  /** A record of pages that are free: how many words, then page numbers, 0 for none, -n before the first of n. */
  free(value: Uint8Array): void {
    const view = viewOf(value);
    const words = Number(view.getBigUint64(0, true));
    if (words * 8 + 8 > value.length) damaged('a list of free pages is longer than its record');
    let count = 1;
    for (let i = 1; i <= words; i++) {
      const word = Number(view.getBigInt64(i * 8, true));
      if (word > 0) this.mark(word, count);
      count = word < 0 ? -word : 1;
    }
  }

  private mark(number: number, count: number): void {
    if (number < 2 || number + count - 1 > this.lastPage)
      damaged(`it refers to page ${number}, which it hasn't`);
    for (let i = number; i < number + count; i++) {
      if (this.seen[i] === 1) damaged(`page ${i} is used twice`);
      this.seen[i] = 1;
    }
  }

  /** Every page is in use once or free. */
  finish(): void {
    const lost = this.seen.indexOf(0);
    if (lost >= 0) damaged(`page ${lost} is neither used nor free`);
  }
}

export type { PageReader };
