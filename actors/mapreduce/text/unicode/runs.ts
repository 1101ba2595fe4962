/** The text form of the generated Unicode tables: numbers in base 32 digits, apart from what they mean. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Reads numbers of five bits a digit, the lowest first; the sixth bit says that another digit follows. */
export function* readNumbers(text: string): Generator<number, void> {
  let value = 0;
  let bits = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value |= (digit & 31) << bits;
    bits += 5;
    if (digit < 32) {
      yield value;
      value = 0;
      bits = 0;
    }
  }
}

/** A byte per code point from alternating run lengths and values; what follows the last run is 0. */
export function expandRuns(text: string): Uint8Array {
  const values = new Uint8Array(0x110000);
  const numbers = readNumbers(text);
  let codePoint = 0;
  for (const length of numbers) {
    const value = numbers.next().value ?? 0;
    if (value !== 0) values.fill(value, codePoint, codePoint + length);
    codePoint += length;
  }
  return values;
}
