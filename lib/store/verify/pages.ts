// LMDB's file as pages: what a page says of itself, read with every bound checked. (Format version 2, as LMDB's own
// mdb.c describes it: little-endian, 64 bit.)

/** Something in the file isn't as LMDB writes it. */
export class DamagedFile extends Error {}

export function damaged(what: string): never {
  throw new DamagedFile(what);
}

export const pageHeaderBytes = 24;
const metaMagic = 0xbeefc0de;
const metaVersion = 2;

export const PageFlag = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const;
export const NodeFlag = { big: 1, subDatabase: 2 } as const;

/** One tree, as its record describes it. */
export interface TreeRecord {
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** -1: it has none. */
  readonly root: number;
}

export interface Meta {
  readonly pageBytes: number;
  readonly free: TreeRecord;
  readonly main: TreeRecord;
  readonly lastPage: number;
  readonly transaction: number;
}

/** Whatever the database says, a page is between these. */
const pageBytesMin = 256;
const pageBytesMax = 65_536;

export const treeRecordBytes = 48;

export function readTree(view: DataView, at: number): TreeRecord {
  const count = (offset: number): number => Number(view.getBigInt64(at + offset, true));
  return {
    flags: view.getUint16(at + 4, true),
    depth: view.getUint16(at + 6, true),
    branchPages: count(8),
    leafPages: count(16),
    overflowPages: count(24),
    entries: count(32),
    root: count(40),
  };
}

/** The meta page at `at`. */
export function readMeta(view: DataView, at: number): Meta {
  if (at + 200 > view.byteLength) damaged(`the file has ${view.byteLength} bytes: its beginning is cut off`);
  if (view.getUint32(at + 24, true) !== metaMagic) damaged(`no meta page at byte ${at}`);
  const version = view.getUint32(at + 28, true);
  if (version !== metaVersion) damaged(`data format ${version}, not ${metaVersion}`);
  const pageBytes = view.getUint32(at + 48, true);
  const isPower = (pageBytes & (pageBytes - 1)) === 0;
  if (pageBytes < pageBytesMin || pageBytes > pageBytesMax || !isPower)
    damaged(`pages of ${pageBytes} bytes`);
  return {
    pageBytes,
    free: readTree(view, at + 48),
    main: readTree(view, at + 48 + treeRecordBytes),
    lastPage: Number(view.getBigUint64(at + 144, true)),
    transaction: Number(view.getBigUint64(at + 152, true)),
  };
}

/** A branch or leaf page whose header is sound. */
export interface TreePage {
  readonly number: number;
  readonly isLeaf: boolean;
  readonly count: number;
  /** Where its nodes begin, behind the header; they fill the page from there to its end. */
  readonly upper: number;
  readonly view: DataView;
}

/** What every page begins with: its number, and the transaction that wrote it. LMDB takes one from the future for its own. */
export function checkPage(view: DataView, number: number, lastTransaction: number): void {
  if (Number(view.getBigUint64(0, true)) !== number) damaged(`page ${number} has another number`);
  const transaction = Number(view.getBigUint64(8, true));
  if (transaction > lastTransaction) {
    damaged(`page ${number} is of transaction ${transaction}, the last one is ${lastTransaction}`);
  }
}

export function readTreePage(bytes: Uint8Array, number: number, lastTransaction: number): TreePage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkPage(view, number, lastTransaction);
  const flags = view.getUint16(18, true);
  if (flags !== PageFlag.branch && flags !== PageFlag.leaf) damaged(`page ${number} has flags ${flags}`);
  const lower = view.getUint16(20, true);
  const upper = view.getUint16(22, true);
  const room = bytes.length - pageHeaderBytes;
  if (lower % 2 !== 0 || lower > upper || upper > room)
    damaged(`page ${number} has bounds ${lower} and ${upper}`);
  return { number, isLeaf: flags === PageFlag.leaf, count: lower / 2, upper, view };
}

/** One node of a page. */
export interface PageNode {
  readonly flags: number;
  /** Where its key lies in the page, and its bytes. */
  readonly key: Uint8Array;
  /** Of a branch: the child's page. Of a leaf: bytes of the value. */
  readonly number: number;
  /** Of a leaf: where the value, or what tells of it, begins in the page. */
  readonly dataAt: number;
}

export function readNode(page: TreePage, index: number): PageNode {
  const { view, number } = page;
  const at = view.getUint16(pageHeaderBytes + index * 2, true) + pageHeaderBytes;
  if (at + 8 > view.byteLength) damaged(`page ${number}, node ${index} lies outside`);
  const low = view.getUint32(at, true);
  const flags = view.getUint16(at + 4, true);
  const keyBytes = view.getUint16(at + 6, true);
  if (at + 8 + keyBytes > view.byteLength) damaged(`page ${number}, key ${index} lies outside`);
  const key = new Uint8Array(view.buffer, view.byteOffset + at + 8, keyBytes);
  const isBranch = !page.isLeaf;
  return {
    flags: isBranch ? 0 : flags,
    key,
    number: isBranch ? low + flags * 2 ** 32 : low,
    dataAt: at + 8 + keyBytes,
  };
}

/**
 * Whether the nodes of a page lie where it says: LMDB writes a new one below `upper`, over whatever is there. Less may be
 * in use than is taken: LMDB shortens records of free pages where they lie.
 */
export function checkRoom(page: TreePage): void {
  let bytes = 0;
  let first = page.view.byteLength - pageHeaderBytes;
  for (let index = 0; index < page.count; index++) {
    const at = page.view.getUint16(pageHeaderBytes + index * 2, true);
    const node = readNode(page, index);
    const isBig = (node.flags & NodeFlag.big) !== 0;
    const valueBytes = page.isLeaf ? (isBig ? 8 : node.number) : 0;
    const size = 8 + node.key.length + valueBytes;
    bytes += size + (size % 2);
    first = Math.min(first, at);
  }
  const room = page.view.byteLength - pageHeaderBytes - page.upper;
  if (first !== page.upper || bytes > room) {
    damaged(
      `page ${page.number} has ${bytes} bytes of nodes from ${first} on, and says ${room} from ${page.upper} on`,
    );
  }
}
