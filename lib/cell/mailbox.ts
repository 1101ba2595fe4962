// The bounded queue of an actor's user messages: four slots a message in one circular array, so that a message
// costs no object of its own, and chunks behind it when many wait. Nothing is allocated until the first message comes.

/** `replyNode` of a message that nobody waits for. */
export const noReply = -1;

const stride = 4;
const initialMessages = 8;
// Arrays above 128 KB are given memory of their own, which costs as much as everything else a message needs (50 ns a slot
// against 3, measured); many messages wait in chunks below that.
const chunkMessages = 1024;
/** Emptied chunks that are used again, of all mailboxes of a thread: 2 MB at most. */
const spare: unknown[][] = [];
const spareMax = 64;

/** One message outside its mailbox. */
export interface Envelope {
  index: number;
  payload: unknown;
  replyNode: number;
  askId: number;
}

/**
 * The message that {@link Mailbox.take} took last, of whichever mailbox: it is being handled until its handler
 * returns or waits. `putAside` when the handler has put it aside.
 */
export const taken = {
  index: 0,
  payload: undefined as unknown,
  replyNode: noReply,
  askId: 0,
  putAside: false,
};

export class Mailbox {
  /** The oldest messages: a circle of slots. */
  private slots: unknown[] | undefined = undefined;
  private mask = 0;
  private head = 0;
  /** Messages in the circle. */
  private count = 0;
  /** What came when the circle was as large as it gets: chunks in order, the last one filled up to `lastCount`. */
  private later: unknown[][] | undefined = undefined;
  private lastCount = 0;
  /** Messages that wait. */
  size = 0;

  /** False when full (`limit` messages wait already): nothing was added. */
  offer(index: number, payload: unknown, replyNode: number, askId: number, limit: number): boolean {
    if (this.size >= limit) return false;
    this.size++;
    if (this.later !== undefined || (this.count === this.room && !this.grow())) {
      this.putLater(index, payload, replyNode, askId);
    } else {
      put(this.slots!, (this.head + this.count * stride) & this.mask, index, payload, replyNode, askId);
      this.count++;
    }
    return true;
  }

  /** Puts a message before all others. It had been accepted before: there is no limit. */
  putBack({ index, payload, replyNode, askId }: Envelope): void {
    if (this.count === this.room && !this.grow()) this.setCircleAside();
    this.head = (this.head - stride) & this.mask;
    put(this.slots!, this.head, index, payload, replyNode, askId);
    this.count++;
    this.size++;
  }

  /** Moves the oldest message into {@link taken}; false when there is none. */
  take(): boolean {
    if (this.size === 0) return false;
    const slots = this.slots!;
    const at = this.head;
    taken.index = slots[at] as number;
    taken.payload = slots[at + 1];
    taken.replyNode = slots[at + 2] as number;
    taken.askId = slots[at + 3] as number;
    this.removeOldest();
    return true;
  }

  /** Takes the oldest message out while another may be being handled. */
  dropOldest(): Envelope | undefined {
    if (this.size === 0) return undefined;
    const slots = this.slots!;
    const at = this.head;
    const dropped = {
      index: slots[at] as number,
      payload: slots[at + 1],
      replyNode: slots[at + 2] as number,
      askId: slots[at + 3] as number,
    };
    this.removeOldest();
    return dropped;
  }

  private removeOldest(): void {
    this.slots![this.head + 1] = undefined;
    this.head = (this.head + stride) & this.mask;
    this.size--;
    if (--this.count === 0 && this.later !== undefined) this.nextChunk();
  }

  /** Messages that the circle holds as it is. */
  private get room(): number {
    return this.slots === undefined ? 0 : (this.mask + 1) / stride;
  }

  /** Makes the circle larger; false when it is as large as it gets. */
  private grow(): boolean {
    const old = this.slots;
    if (old === undefined) {
      this.setCircle(emptySlots(initialMessages), 0);
      return true;
    }
    if (old.length === chunkMessages * stride) return false;
    this.setCircle(this.straight().concat(emptySlots(old.length / stride)), this.count);
    return true;
  }

  private putLater(index: number, payload: unknown, replyNode: number, askId: number): void {
    if (this.later === undefined || this.lastCount === chunkMessages) {
      this.later ??= [];
      this.later.push(spare.pop() ?? emptySlots(chunkMessages));
      this.lastCount = 0;
    }
    put(this.later.at(-1)!, this.lastCount * stride, index, payload, replyNode, askId);
    this.lastCount++;
  }

  /** The circle is empty: the oldest chunk takes its place. */
  private nextChunk(): void {
    const later = this.later!;
    const chunk = later.shift()!;
    // Its payloads are gone, one by one as they were taken.
    if (spare.length < spareMax) spare.push(this.slots!);
    this.setCircle(chunk, later.length === 0 ? this.lastCount : chunkMessages);
    if (later.length === 0) this.later = undefined;
  }

  /** The circle, full and as large as it gets, becomes the oldest chunk, and an empty one takes its place. */
  private setCircleAside(): void {
    if (this.later === undefined) {
      this.later = [];
      this.lastCount = chunkMessages;
    }
    this.later.unshift(this.straight());
    this.setCircle(emptySlots(chunkMessages), 0);
  }

  private setCircle(slots: unknown[], count: number): void {
    this.slots = slots;
    this.mask = slots.length - 1;
    this.head = 0;
    this.count = count;
  }

  /** The slots of the circle, the oldest message first. */
  private straight(): unknown[] {
    const slots = this.slots!;
    return this.head === 0 ? slots : slots.slice(this.head).concat(slots.slice(0, this.head));
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
  slots[at] = index;
  slots[at + 1] = payload;
  slots[at + 2] = replyNode;
  slots[at + 3] = askId;
}

function emptySlots(messages: number): unknown[] {
  return new Array(messages * stride).fill(undefined);
}
