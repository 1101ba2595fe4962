// Merges the counts of one partition of the keys.
import { actor, type Handlers } from '../../../lib/index.ts';
import { CountTable } from '../text/countTable.ts';
import { ReducerProtocol } from './messages.ts';

class Reducer implements Handlers<typeof ReducerProtocol> {
  private readonly table = new CountTable();

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
  protocol: ReducerProtocol,
  create: () => new Reducer(),
});
