// Numbers of seven bits a byte, the lowest first, the high bit set on all but the last.

/** Writes `value`, 0 to 2^53 - 1, at `at` and returns where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let to = at;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[to++] = (rest % 128) | 0x80;
  bytes[to++] = rest;
  return to;
}

export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Reads a varint of bytes[at, end): the value is in `value`, where it ends in `at`. */
export class VarintReader {
  at = 0;
  value = 0;

  /** False, with nothing read, where there is no whole varint of at most 2^53 - 1. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    let value = 0;
    let weight = 1;
    for (let from = at; from < end && weight <= 2 ** 49; from++) {
      const byte = bytes[from]!;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) return false;
        this.at = from + 1;
        this.value = value;
        return true;
      }
      weight *= 128;
    }
    return false;
  }
}
