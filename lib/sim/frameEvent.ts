// A frame that is under way. Used again when it has arrived: there are millions.
import type { SimEvent } from './engine.ts';
import { smallestBlock } from './frameMemory.ts';
import type { SimLink } from './link.ts';
import type { Medium } from './medium.ts';

export class FrameEvent implements SimEvent {
  slot = -1;
  link: SimLink;
  kind = 0;
  /** Where its bytes lie in the medium's memory. */
  at = 0;
  length = 0;
  /** Its number among the frames of its link, from 1 on; a copy has its original's. */
  number = 0;
  private readonly medium: Medium;
  /** A block of its own, for all short frames that it ever stands for. */
  private readonly block: number;

  constructor(medium: Medium, link: SimLink) {
    this.medium = medium;
    this.link = link;
    this.block = medium.memory.allocate(smallestBlock);
  }

  /** Finds a place for so many bytes. */
  settle(length: number): void {
    this.length = length;
    this.at = length <= smallestBlock ? this.block : this.medium.memory.allocate(length);
  }

  /** Nobody will look at the bytes any more. */
  unsettle(): void {
    if (this.at !== this.block) this.medium.memory.release(this.at, this.length);
  }

  happen(): void {
    this.medium.arrive(this);
  }
}
