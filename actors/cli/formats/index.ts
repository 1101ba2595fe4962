// The formats by name. Each loads its own library only when it is the one asked for.
import type { Format } from './format.ts';

export type { WordEntry } from './format.ts';

const load = {
  table: async () => (await import('./table.ts')).table,
  tsv: async () => (await import('./tsv.ts')).tsv,
  json: async () => (await import('./json.ts')).json,
  csv: async () => (await import('./csv.ts')).csv,
  parquet: async () => (await import('./parquet.ts')).parquet,
};

export function loadFormat(name: keyof typeof load): Promise<Format> {
  return load[name]();
}
