// Which code sorts and merges: the kernel, or the TypeScript that it must equal byte for byte. A thread keeps its kernels,
// since their memory never shrinks: the next user needs no more.
import type { CountingEngine } from '../text/engine.ts';
import { KernelMerge } from './kernel/kernelMerge.ts';
import { KernelSorter } from './kernel/kernelSorter.ts';
import { type MergeBlocks, mergeBlocks } from './merge.ts';
import { type CountSorting, TableSorter } from './sorter.ts';

const idleSorters: { readonly bytesMax: number; readonly sorter: KernelSorter }[] = [];
const idleMerges: KernelMerge[] = [];

/** A sorter, empty, for one user until it is given back by `releaseSorter`. */
export function takeSorter(engine: CountingEngine, bytesMax: number): CountSorting {
  if (engine === 'typescript') return new TableSorter(bytesMax);
  const index = idleSorters.findIndex((idle) => idle.bytesMax === bytesMax);
  return index < 0 ? new KernelSorter(bytesMax) : idleSorters.splice(index, 1)[0]!.sorter;
}

/** One that isn't empty, after an error, isn't used again. */
export function releaseSorter(sorter: CountSorting, bytesMax: number): void {
  if (sorter instanceof KernelSorter && sorter.isEmpty) idleSorters.push({ bytesMax, sorter });
}

export function mergeWith(engine: CountingEngine): MergeBlocks {
  if (engine === 'typescript') return mergeBlocks;
  return function* (runs, range, emit, options) {
    const merge = idleMerges.pop() ?? new KernelMerge();
    yield* merge.mergeBlocks(runs, range, emit, options);
    idleMerges.push(merge);
  };
}
