// What the host calls: one instance sorts counts into blocks, or merges runs into blocks. Addresses are bytes into
// `memory`, which may grow in any call, so that the host's views of it end. See actors/mapreduce/runs/kernel for the
// other side.
import { blockBytes as bytes, blockEntries as entries, blockWords as words } from './block';
import { malformedSource } from './merge';
import { addedUpTo } from './sort';

export { blockAddress, emptyBlock, openBlocks } from './block';
export {
  blockOf,
  candidateAddress,
  candidateBytes,
  closeMerge,
  endSource,
  lowerBound,
  merge,
  openMerge,
  upperBound,
  upperBoundSet,
  wantAbove,
} from './merge';
export { addPacked, emptySorter, initSorter, sorterEntries, sortEntries, writeSorted } from './sort';

export function blockBytes(): u32 {
  return bytes;
}

export function blockEntries(): u32 {
  return entries;
}

export function blockWords(): f64 {
  return <f64>words;
}

export function malformed(): u32 {
  return malformedSource;
}

/** Where `addPacked` has stopped. */
export function addedTo(): usize {
  return addedUpTo;
}

let input: usize = 0;
let inputCapacity: usize = 0;

/** Room for a packed chunk. */
export function reserveInput(bytes: usize): usize {
  if (bytes > inputCapacity) {
    if (input != 0) heap.free(input);
    input = heap.alloc(bytes + 64);
    inputCapacity = bytes;
  }
  return input;
}
