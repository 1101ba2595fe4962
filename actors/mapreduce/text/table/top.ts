/** The entries of the highest counts, by a heap of that many entries rather than by sorting all of them. */

import type { KeyTable } from './keyTable.ts';

/** The positions of the `n` entries of the highest counts, of equal ones those of the lower keys; unordered. */
export function selectTop(table: KeyTable, n: number): Uint32Array {
  const positions = table.positions();
  const size = Math.max(0, Math.min(Math.floor(n), positions.length));
  if (size === positions.length) return positions;
  if (size === 0) return new Uint32Array(0);
  // The root is the entry that goes first when a better one comes.
  const heap = positions.slice(0, size);
  for (let i = (size >>> 1) - 1; i >= 0; i--) siftDown(table, heap, i);
  for (let i = size; i < positions.length; i++) {
    if (!ranksBefore(table, positions[i]!, heap[0]!)) continue;
    heap[0] = positions[i]!;
    siftDown(table, heap, 0);
  }
  return heap;
}

function ranksBefore(table: KeyTable, a: number, b: number): boolean {
  const difference = table.countAt(a) - table.countAt(b);
  return difference > 0 || (difference === 0 && table.compareKeys(a, b, 0) < 0);
}

function siftDown(table: KeyTable, heap: Uint32Array, start: number): void {
  const position = heap[start]!;
  let hole = start;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && ranksBefore(table, heap[child]!, heap[child + 1]!)) child++;
    if (!ranksBefore(table, position, heap[child]!)) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = position;
}
