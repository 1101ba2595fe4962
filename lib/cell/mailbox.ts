// The bounded queue of an actor's user messages: four slots a message in one circular array, so that a message
// costs no object of its own. Nothing is allocated until the first message comes.

/** `replyNode` of a message that nobody waits for. */
export const noReply = -1;

const stride = 4;
const initialMessages = 8;

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
  private slots: unknown[] | undefined = undefined;
  private mask = 0;
  private head = 0;
  /** Messages that wait. */
  size = 0;

  /** False when full (`limit` messages wait already): nothing was added. */
  offer(index: number, payload: unknown, replyNode: number, askId: number, limit: number): boolean {
    if (this.size >= limit) return false;
    if (this.slots === undefined || (this.size + 1) * stride > this.slots.length) this.grow();
    this.put((this.head + this.size * stride) & this.mask, index, payload, replyNode, askId);
    this.size++;
    return true;
  }

  /** Puts a message before all others. It had been accepted before: there is no limit. */
  putBack({ index, payload, replyNode, askId }: Envelope): void {
    if (this.slots === undefined || (this.size + 1) * stride > this.slots.length) this.grow();
    this.head = (this.head - stride) & this.mask;
    this.put(this.head, index, payload, replyNode, askId);
    this.size++;
  }

  private put(at: number, index: number, payload: unknown, replyNode: number, askId: number): void {
    const slots = this.slots!;
    slots[at] = index;
    slots[at + 1] = payload;
    slots[at + 2] = replyNode;
    slots[at + 3] = askId;
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
    slots[at + 1] = undefined;
    this.head = (at + stride) & this.mask;
    this.size--;
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
    slots[at + 1] = undefined;
    this.head = (at + stride) & this.mask;
    this.size--;
    return dropped;
  }

  private grow(): void {
    const old = this.slots;
    const length = old === undefined ? initialMessages * stride : old.length * 2;
    const slots: unknown[] = new Array(length).fill(undefined);
    for (let i = 0; i < this.size * stride; i++) slots[i] = old![(this.head + i) & this.mask];
    this.slots = slots;
    this.mask = length - 1;
    this.head = 0;
  }
}
