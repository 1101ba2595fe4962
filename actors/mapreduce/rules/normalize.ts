// Text in Unicode's normalisation form C before words are looked for.
import type { InputBuffer } from '../text/counting.ts';
import { PlainBuffer } from '../text/plainBuffer.ts';
import { eachValidRun } from './tokens.ts';
import { WrappedCounter } from './wrappedCounter.ts';

/** No character below U+0300 is changed by NFC, alone or by what follows, and all others begin with this byte or more. */
const leadOfCombining = 0xcc;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Counts lines in form C. Regions must be whole lines: a line feed joins with nothing, while many another character does
 * with a mark that follows it.
 */
export class NormalizingCounter extends WrappedCounter {
  #normal = new Uint8Array(1024);
  #used = 0;

  override newBuffer(bytesMin: number): InputBuffer {
    return new PlainBuffer(bytesMin);
  }

  override add(bytes: Uint8Array, start: number, end: number): void {
    if (!mayChange(bytes, start, end)) return this.inner.add(bytes, start, end);
    this.#used = 0;
    let copied = start;
    eachValidRun(bytes, start, end, (from, to) => {
      // Bytes that are no UTF-8 stay, to separate words as they do elsewhere.
      this.#put(bytes.subarray(copied, from));
      this.#put(Buffer.from(decoder.decode(bytes.subarray(from, to)).normalize('NFC')));
      copied = to;
    });
    this.#put(bytes.subarray(copied, end));
    this.inner.add(this.#normal, 0, this.#used);
  }

  #put(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#normal.length) {
      const grown = new Uint8Array((this.#used + bytes.length) * 2);
      grown.set(this.#normal.subarray(0, this.#used));
      this.#normal = grown;
    }
    this.#normal.set(bytes, this.#used);
    this.#used += bytes.length;
  }
}

function mayChange(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! >= leadOfCombining) return true;
  return false;
}
