// Strings of a few Latin-1 letters, which most strings in messages are. `String.fromCharCode` makes a string of eight
// letters in the time of two of one letter, and added to each other letter by letter each makes a string of its own:
// a third of the time this way.

/** Strings below this length are read here; longer ones by the platform, which takes longer to begin. */
export const shortString = 24;

const { fromCharCode } = String;

/** The `length` Latin-1 letters at `start`. */
export function readShort(b: Uint8Array, start: number, length: number): string {
  let text = '';
  let i = start;
  for (const last = start + length - 8; i <= last; i += 8) {
    text += fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!, b[i + 7]!);
  }
  switch (length & 7) {
    case 0:
      return text;
    case 1:
      return text + fromCharCode(b[i]!);
    case 2:
      return text + fromCharCode(b[i]!, b[i + 1]!);
    case 3:
      return text + fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!);
    case 4:
      return text + fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!);
    case 5:
      return text + fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!);
    case 6:
      return text + fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!);
    default:
      return text + fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!);
  }
}
