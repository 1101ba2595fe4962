// How sizes, times, counts and foreign names are put before a person.

// Made when the first number needs it: that takes milliseconds, and most runs print none this way.
let whole: Intl.NumberFormat | undefined;
const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `1,234,567` */
export function formatCount(count: number): string {
  whole ??= new Intl.NumberFormat('en-US');
  return whole.format(count);
}

/** `1 file`, `2,345 files` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Three significant digits in decimal units: `0 B`, `999 B`, `1.23 GB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // 999.5 would be printed as 1000.
  while (size >= 999.5 && unit < sizeUnits.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${size.toFixed(digits)} ${sizeUnits[unit]}`;
}

/** Two units at most: `7 s`, `2 min 05 s`, `1 h 05 min`. A part of a second counts as one. */
export function formatDuration(seconds: number): string {
  const total = Math.ceil(seconds);
  if (total < 60) return `${total} s`;
  const two = (number: number): string => String(number).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)} min ${two(total % 60)} s`;
  const minutes = Math.ceil(total / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

// Control characters, and those that turn the direction of writing for the rest of a line.
const unsafe = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Text from a file, or a file's name, made safe for a terminal: a control character in it could move the cursor,
 * change colours or worse, so it is shown as `\x1b` or `\u202e`.
 */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
