// Merges the counts of one partition of the keys.
import * as z from 'zod';
import { actor, type Handlers } from '../../../lib/index.ts';
import type { CountMerging } from '../text/counting.ts';
import { type CountingEngine, newTable, releaseTable } from '../text/engine.ts';
import { engineSchema, ReducerProtocol } from './messages.ts';

class Reducer implements Handlers<typeof ReducerProtocol> {
  private readonly table: CountMerging;

  constructor(engine: CountingEngine, onStop: (fn: () => void) => void) {
    const table = newTable(engine);
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
  args: z.object({ engine: engineSchema }),
  protocol: ReducerProtocol,
  create: ({ engine }, ctx) => new Reducer(engine, (fn) => ctx.onStop(fn)),
});
