// A frame that is under way. Used again when it has arrived: there are millions.
import type { SimEvent } from './engine.ts';
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

  constructor(medium: Medium, link: SimLink) {
    this.medium = medium;
    this.link = link;
  }

  happen(): void {
    this.medium.arrive(this);
  }
}
