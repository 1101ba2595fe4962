// Sizes as people write them.

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `512MB`, `1.5 GiB` or `4096` in bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const scale = units[unit.toLowerCase()];
  return scale === undefined ? undefined : Math.round(Number(number) * scale);
}
