// The keys that a map task has met, each with a number: where its values are kept.
import { checkKey, identityOfKey, type JobKey } from './keys.ts';
import { TextTable } from './textTable.ts';

/** Bytes that a key takes besides its text: entries of the table and of what is kept for it. */
const keyOverheadBytes = 80;

export class KeyTable {
  readonly keys: JobKey[] = [];
  /** About how much memory the keys take. */
  bytesHeld = 0;
  private readonly texts = new TextTable(this.keys);
  private readonly numbers = new Map<number, number>();
  private readonly others = new Map<string, number>();

  get size(): number {
    return this.keys.length;
  }

  /** The number of a key that was met before; −1 for a new one. */
  find(key: JobKey): number {
    if (typeof key === 'string') return this.texts.find(key);
    if (typeof key === 'number') return this.numbers.get(key) ?? -1;
    checkKey(key);
    return this.others.get(identityOfKey(key)) ?? -1;
  }

  /** Numbers a new key. */
  add(key: JobKey): number {
    checkKey(key);
    const number = this.keys.length;
    if (typeof key === 'string') {
      const own = ownCopy(key);
      this.keys.push(own);
      this.texts.add(own, number);
      this.bytesHeld += keyOverheadBytes + 2 * own.length;
    } else if (typeof key === 'number') {
      this.keys.push(key);
      this.numbers.set(key, number);
      this.bytesHeld += keyOverheadBytes;
    } else {
      const identity = identityOfKey(key);
      this.keys.push(key instanceof Uint8Array ? new Uint8Array(key) : [...key]);
      this.others.set(identity, number);
      this.bytesHeld += 2 * keyOverheadBytes + 2 * identity.length;
    }
    return number;
  }

  clear(): void {
    this.keys.length = 0;
    this.texts.clear();
    this.numbers.clear();
    this.others.clear();
    this.bytesHeld = 0;
  }
}

/** V8 keeps a long part of a string as a view of the whole, which would then stay in memory: a block of lines a word. */
function ownCopy(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
