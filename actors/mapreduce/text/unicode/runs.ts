/** The text form of the generated Unicode tables: numbers in base 32 digits, apart from what they mean. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Reads numbers of five bits a digit, the lowest first; the sixth bit says that another digit follows. */
export function readNumbers(text: string): number[] {
  const digits = new Uint8Array(0x80);
  for (let digit = 0; digit < DIGITS.length; digit++) digits[DIGITS.charCodeAt(digit)] = digit;
  const numbers: number[] = [];
  let value = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = digits[text.charCodeAt(i)]!;
    value |= (digit & 31) << bits;
    bits += 5;
    if (digit >= 32) continue;
    numbers.push(value);
    value = 0;
    bits = 0;
  }
  return numbers;
}

/** A byte per code point from alternating run lengths and values; what follows the last run is 0. */
export function expandRuns(text: string): Uint8Array {
  const values = new Uint8Array(0x110000);
  const numbers = readNumbers(text);
  let codePoint = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const length = numbers[i]!;
    const value = numbers[i + 1] ?? 0;
    if (value !== 0) values.fill(value, codePoint, codePoint + length);
    codePoint += length;
  }
  return values;
}
