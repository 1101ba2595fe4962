// Sizes as people write them.

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  ...{ k: 1e3, kb: 1e3, kib: 2 ** 10 },
  ...{ m: 1e6, mb: 1e6, mib: 2 ** 20 },
  ...{ g: 1e9, gb: 1e9, gib: 2 ** 30 },
  ...{ t: 1e12, tb: 1e12, tib: 2 ** 40 },
};

/** Bytes of a size such as `128MB`, `1.5 GB` (decimal units) or `512MiB`; `undefined` where it is none. */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = units[unit?.toLowerCase() ?? ''];
  if (number === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(number) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
