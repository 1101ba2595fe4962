// Merges the counts of one partition of the keys.
import * as z from 'zod';
import { actor, type Handlers } from '../../../lib/index.ts';
import type { CountMerging } from '../text/counting.ts';
import { type CountingEngine, newTable, releaseTable } from '../text/engine.ts';
import { engineSchema, ReducerProtocol } from './messages.ts';

class Reducer implements Handlers<typeof ReducerProtocol> {
  private readonly table: CountMerging;

  constructor(engine: CountingEngine, shortKeys: number, onStop: (fn: () => void) => void) {
    const table = newTable(engine, shortKeys);
    this.table = table;
    // Each handler is done when it returns: none is in the midst of it.
    onStop(() => releaseTable(table));
  }

  absorb(chunk: Uint8Array) {
    this.table.absorb(chunk);
  }

  totals() {
    return { words: this.table.words, distinct: this.table.distinct };
  }

  top(n: number) {
    return this.table.top(n);
  }

  sort(order: 'count' | 'word') {
    this.table.sort(order);
  }

  page({ start, bytesMax }: { start: number; bytesMax: number }) {
    return this.table.page(start, bytesMax);
  }
}

export const WordCountReducer = actor('thrum/mapreduce/WordCountReducer', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  /** `shortKeys`: so many words of up to 8 bytes will come; 0: nobody knows. */
  args: z.object({ engine: engineSchema, shortKeys: z.number().int().min(0) }),
  protocol: ReducerProtocol,
  create: ({ engine, shortKeys }, ctx) => new Reducer(engine, shortKeys, (fn) => ctx.onStop(fn)),
});
