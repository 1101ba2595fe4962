// A schema for byte arrays that TypeScript is content with, whatever buffer is behind them.
import * as z from 'zod';

/** A `Uint8Array`. What arrives is a copy of its own. */
export function bytes(): z.ZodType<Uint8Array, Uint8Array> {
  return z.instanceof(Uint8Array) as unknown as z.ZodType<Uint8Array, Uint8Array>;
}
