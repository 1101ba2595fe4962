// Walks one tree of the database: order, depth, and counts.
import type { PageReader } from './checkFile.ts';
import {
  checkPage,
  checkRoom,
  damaged,
  NodeFlag,
  type PageNode,
  pageHeaderBytes,
  readNode,
  readTree,
  readTreePage,
  type TreePage,
  type TreeRecord,
  treeRecordBytes,
} from './pages.ts';

export type Tree = TreeRecord;

/** Called with each entry; the bytes are good for the time of the call. */
export type EntryCheck = (key: Uint8Array, value: Uint8Array) => void;

interface Walk {
  readonly pages: PageReader;
  readonly record: TreeRecord;
  readonly name: string;
  readonly onEntry: EntryCheck | undefined;
  readonly onTree: ((name: Uint8Array, tree: Tree) => void) | undefined;
  lastKey: Uint8Array | undefined;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

/** @throws `DamagedFile` */
export function checkTree(
  pages: PageReader,
  record: TreeRecord,
  name: string,
  onEntry?: EntryCheck,
  onTree?: (name: Uint8Array, tree: Tree) => void,
): void {
  const walk: Walk = {
    pages,
    record,
    name,
    onEntry,
    onTree,
    lastKey: undefined,
    branchPages: 0,
    leafPages: 0,
    overflowPages: 0,
    entries: 0,
  };
  // The list of free pages has the database's own flags there; no other tree here has any.
  if (name !== 'free pages' && record.flags !== 0) damaged(`tree '${name}' has flags ${record.flags}`);
  if (record.root !== -1) visit(walk, record.root, 1);
  for (const count of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
    if (walk[count] !== record[count]) {
      damaged(`tree '${name}' has ${walk[count]} ${count}, its record says ${record[count]}`);
    }
  }
}

function visit(walk: Walk, number: number, depth: number): void {
  if (depth > walk.record.depth) damaged(`tree '${walk.name}' is deeper than ${walk.record.depth}`);
  const page = readTreePage(walk.pages.take(number, 1), number, walk.pages.lastTransaction);
  checkRoom(page);
  if (page.isLeaf !== (depth === walk.record.depth)) damaged(`tree '${walk.name}': a leaf at depth ${depth}`);
  if (page.isLeaf) return leaf(walk, page);
  walk.branchPages++;
  for (let index = 0; index < page.count; index++) {
    const node = readNode(page, index);
    // The first key of a branch is left out: everything below it is there.
    if (index > 0) inOrder(walk, node.key, 'from');
    visit(walk, node.number, depth + 1);
  }
}

const nodeFlags: ReadonlySet<number> = new Set([0, NodeFlag.big, NodeFlag.subDatabase]);

function leaf(walk: Walk, page: TreePage): void {
  walk.leafPages++;
  for (let index = 0; index < page.count; index++) {
    const node = readNode(page, index);
    if (walk.name !== 'free pages') inOrder(walk, node.key, 'after');
    walk.lastKey = node.key;
    walk.entries++;
    if (!nodeFlags.has(node.flags)) damaged(`page ${page.number}, node ${index} has flags ${node.flags}`);
    const value = valueIn(walk, page, node);
    if ((node.flags & NodeFlag.subDatabase) !== 0) {
      if (value.length !== treeRecordBytes || walk.onTree === undefined)
        damaged(`tree '${walk.name}' holds a tree`);
      walk.onTree(node.key, readTree(new DataView(value.buffer, value.byteOffset, value.length), 0));
    } else {
      walk.onEntry?.(node.key, value);
    }
  }
}

/** Keys come in the order of their bytes: a branch's says from which on, a leaf's differ. */
function inOrder(walk: Walk, key: Uint8Array, how: 'from' | 'after'): void {
  if (walk.lastKey === undefined || walk.name === 'free pages') return;
  const order = Buffer.compare(walk.lastKey, key);
  if (order > 0 || (order === 0 && how === 'after')) damaged(`tree '${walk.name}' isn't in order`);
}

function valueIn(walk: Walk, page: TreePage, { number: length, flags, dataAt }: PageNode): Uint8Array {
  const { view } = page;
  if ((flags & NodeFlag.big) === 0) {
    if (dataAt + length > view.byteLength) damaged(`page ${page.number}: a value lies outside`);
    return new Uint8Array(view.buffer, view.byteOffset + dataAt, length);
  }
  const { pages } = walk;
  if (dataAt + 8 > view.byteLength) damaged(`page ${page.number}: a value lies outside`);
  const first = Number(view.getBigUint64(dataAt, true));
  const count = Math.floor((pageHeaderBytes - 1 + length) / pages.pageBytes) + 1;
  const bytes = pages.take(first, count);
  const header = new DataView(bytes.buffer, bytes.byteOffset, pageHeaderBytes);
  checkPage(header, first, pages.lastTransaction);
  if (header.getUint32(20, true) !== count) damaged(`page ${first} has another length than its entry`);
  walk.overflowPages += count;
  return bytes.subarray(pageHeaderBytes, pageHeaderBytes + length);
}
