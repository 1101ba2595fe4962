// What happened, in 64 bits: every event is mixed in, in order. Two runs with the same hash went the same way.

export class TraceHash {
  private a = 0x243f6a88;
  private b = 0x85a308d3 | 0;

  /** Mixes in an integer; of one beyond 32 bits, both halves. */
  add(value: number): void {
    let a = Math.imul(this.a ^ value, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    this.a = a;
    this.b = Math.imul(this.b ^ a, 0x85ebca77) + (value | 0);
    this.b |= 0;
    if (value > 0x7fffffff || value < -0x80000000) this.add(Math.floor(value / 2 ** 32));
  }

  addText(text: string): void {
    this.add(text.length);
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
  }

  /** Bytes of a view, four at a time. */
  addBytes(view: DataView, at: number, length: number): void {
    const end = at + length;
    let a = this.a;
    let i = at;
    for (; i + 4 <= end; i += 4) {
      a = Math.imul(a ^ view.getInt32(i, true), 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
    }
    this.a = a;
    let rest = length;
    for (; i < end; i++) rest = (rest << 8) | view.getUint8(i);
    this.add(rest);
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.a) + hex(this.b);
  }
}
