// Memory outside of the heap that messages bring along. V8 hardly counts it: it frees what such memory belongs to when its
// space for young objects is full, which a few small objects for each block take long to fill, and when 64 MB have gathered
// it marks the whole heap, schemas, modules and all. That was half of what a message of 64 KB cost.
import v8 from 'node:v8';

/** After so much the young objects are collected. Found by measuring. */
const collectEveryBytes = 16 * 1024 * 1024;
/** 120 KB: larger arrays don't lie among the young objects. */
const fillerLength = 15_000;
/** The room that a node has by default (`heap.youngBytes`). To fill more takes longer than it saves. */
export const youngBytesDefault = 4 * 1024 * 1024;

let gathered = 0;
/** Where what fills the space is seen, so that no compiler leaves it out. */
const filler: { last: unknown[] | undefined } = { last: undefined };

/** `bytes` outside of the heap have come with a message, and are this thread's now. */
export function cameOutside(bytes: number): void {
  if (gathered >= collectEveryBytes) {
    gathered = 0;
    collectYoung();
  }
  gathered += bytes;
}

/** `bytes` were given away again: nobody need wait for their end. */
export function wentOutside(bytes: number): void {
  gathered = Math.max(gathered - bytes, 0);
}

/** Fills the space of young objects: nothing else in the language has them collected. */
function collectYoung(): void {
  const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  const room = young?.space_available_size ?? 0;
  if (room > youngBytesDefault) return;
  for (let filled = 0; filled <= room; filled += fillerLength * 8) filler.last = new Array(fillerLength);
  filler.last = undefined;
}
