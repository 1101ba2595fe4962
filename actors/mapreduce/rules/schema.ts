// The rules as they travel to workers.
import * as z from 'zod';

export const rulesSchema = z.object({
  find: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('plain') }),
    z.object({ kind: z.literal('uax29') }),
    z.object({ kind: z.literal('regex'), source: z.string(), flags: z.string() }),
  ]),
  ngrams: z.number().int().min(1),
  minLength: z.number().int().min(1),
  /** In lower case. */
  stopWords: z.array(z.string()),
  isNormalized: z.boolean(),
  groupBy: z.enum(['path', 'directory']).optional(),
  docFreq: z.boolean(),
  /** What inputs are made of, where they aren't text. */
  from: z.object({ format: z.enum(['jsonl', 'csv', 'parquet']), field: z.string() }).optional(),
});
export type Rules = z.output<typeof rulesSchema>;
