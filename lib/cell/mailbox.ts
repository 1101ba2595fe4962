// The queue of an actor's user messages: slots in chunks that are written and read from front to back, so that a message
// costs no object of its own. Nothing is allocated until the first message comes, and little as long as few wait.

/** `replyNode` of a message that nobody waits for. */
export const noReply = -1;

// A tell takes two slots, its index and its payload. An ask takes four: the complement of its index, its payload, and whom
// to answer. The last slot of a chunk leads to the next one.
const tellSlots = 2;
const askSlots = 4;
/** In place of an index: an ask had no room here. */
const gap = 2 ** 20;

const chunkSlotsMin = 4;
/** An actor with nothing to do keeps no larger chunk. */
const chunkSlotsKept = 256;
/** 16 KB: arrays above 128 KB are given memory of their own, which costs as much as all else that a message needs. */
const chunkSlotsMax = 2048;
const smallest = emptyChunk(chunkSlotsMin);
/** Emptied chunks of the largest size, of all mailboxes of a thread: 2 MB at most. */
const spare: unknown[][] = [];
const spareMax = 128;

/** One message outside its mailbox. */
export interface Envelope {
  index: number;
  payload: unknown;
  replyNode: number;
  askId: number;
}

/**
 * The message that {@link Mailbox.take} took last, of whichever mailbox: it is being handled until its handler
 * returns or waits. Its payload isn't here but with whoever took it: to write a young object into an old one costs V8 a
 * twelfth of all that a message on the same node costs (measured).
 */
export const taken = {
  index: 0,
  replyNode: noReply,
  askId: 0,
  /** Where the handler has put it aside, without its payload as yet. */
  putAside: undefined as Envelope | undefined,
  /** After that the handler had everything put back that was aside: once the payload is there. */
  putBack: false,
};

export class Mailbox {
  /** The chunk with the oldest message, and where that one is. */
  private first: unknown[] | undefined = undefined;
  private head = 0;
  /** The chunk with the newest message, and where the next one goes. */
  private last: unknown[] | undefined = undefined;
  private tail = 0;
  /** Messages that wait. */
  size = 0;

  /** False when full (`limit` messages wait already): nothing was added. `askId` is for messages with a `replyNode`. */
  offer(index: number, payload: unknown, replyNode: number, askId: number, limit: number): boolean {
    if (this.size >= limit) return false;
    this.size++;
    const needed = replyNode === noReply ? tellSlots : askSlots;
    if (this.last === undefined || this.tail + needed >= this.last.length) this.addChunk();
    put(this.last!, this.tail, index, payload, replyNode, askId);
    this.tail += needed;
    return true;
  }

  /** Puts a message before all others. It had been accepted before: there is no limit. */
  putBack({ index, payload, replyNode, askId }: Envelope): void {
    if (this.size === 0) {
      this.offer(index, payload, replyNode, askId, 1);
      return;
    }
    this.size++;
    const needed = replyNode === noReply ? tellSlots : askSlots;
    if (this.head < needed) this.addChunkBefore();
    this.head -= needed;
    put(this.first!, this.head, index, payload, replyNode, askId);
  }

  /** Takes out the oldest message (there must be one): returns its payload, and leaves the rest in {@link taken}. */
  take(): unknown {
    const slots = this.first!;
    const at = this.head;
    const index = slots[at] as number;
    const payload = slots[at + 1];
    if (index >= 0) {
      taken.index = index;
      taken.replyNode = noReply;
      this.removeOldest(slots, tellSlots);
    } else {
      taken.index = ~index;
      taken.replyNode = slots[at + 2] as number;
      taken.askId = slots[at + 3] as number;
      this.removeOldest(slots, askSlots);
    }
    return payload;
  }

  /** Takes the oldest message out while another may be being handled. */
  dropOldest(): Envelope | undefined {
    if (this.size === 0) return undefined;
    const slots = this.first!;
    const at = this.head;
    const index = slots[at] as number;
    const payload = slots[at + 1];
    if (index >= 0) {
      this.removeOldest(slots, tellSlots);
      return { index, payload, replyNode: noReply, askId: 0 };
    }
    const ask = {
      index: ~index,
      payload,
      replyNode: slots[at + 2] as number,
      askId: slots[at + 3] as number,
    };
    this.removeOldest(slots, askSlots);
    return ask;
  }

  private removeOldest(slots: unknown[], taking: number): void {
    slots[this.head + 1] = undefined;
    this.head += taking;
    if (--this.size === 0) this.emptied(slots);
    else if (this.head + askSlots >= slots.length) this.nearEnd(slots);
  }

  /** Nothing waits: the next message goes to the front again. */
  private emptied(slots: unknown[]): void {
    this.head = 0;
    this.tail = 0;
    if (slots.length <= chunkSlotsKept + 1) return;
    recycle(slots);
    this.first = undefined;
    this.last = undefined;
  }

  /** At most one message is left in the oldest chunk, but others wait. */
  private nearEnd(slots: unknown[]): void {
    const end = slots.length - 1;
    if (this.head < end && slots[this.head] !== gap) return;
    const next = slots[end] as unknown[];
    slots[end] = undefined;
    if (end === chunkSlotsMax) recycle(slots);
    this.first = next;
    this.head = next[0] === gap ? tellSlots : 0;
  }

  private addChunk(): void {
    const { last } = this;
    const chunk = last === undefined ? smallest.slice() : nextChunk(last);
    if (last === undefined) {
      this.first = chunk;
    } else {
      if (this.tail < last.length - 1) last[this.tail] = gap;
      last[last.length - 1] = chunk;
    }
    this.last = chunk;
    this.tail = 0;
  }

  /** Makes room before the oldest message. */
  private addChunkBefore(): void {
    const after = this.first!;
    if (this.head > 0) after[0] = gap;
    const chunk = nextChunk(after);
    const end = chunk.length - 1;
    chunk[end] = after;
    this.first = chunk;
    this.head = end;
  }
}

function put(
  slots: unknown[],
  at: number,
  index: number,
  payload: unknown,
  replyNode: number,
  askId: number,
): void {
  slots[at + 1] = payload;
  if (replyNode === noReply) {
    slots[at] = index;
  } else {
    slots[at] = ~index;
    slots[at + 2] = replyNode;
    slots[at + 3] = askId;
  }
}

/** Each chunk is larger than the one it is made beside, up to a bound. */
function nextChunk(beside: unknown[]): unknown[] {
  const slots = (beside.length - 1) * 4;
  if (slots <= chunkSlotsKept) return emptyChunk(slots);
  return spare.pop() ?? emptyChunk(chunkSlotsMax);
}

/** Its payloads are gone, one by one as they were taken. */
function recycle(chunk: unknown[]): void {
  if (spare.length < spareMax) spare.push(chunk);
}

function emptyChunk(slots: number): unknown[] {
  return new Array(slots + 1).fill(undefined);
}
