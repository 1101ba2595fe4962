/** Which code counts: the kernel, or the TypeScript that it must equal byte for byte. */

import { WordCounter } from './counter.ts';
import type { CountMerging, WordCounting } from './counting.ts';
import { CountTable } from './countTable.ts';
import { hasKernel } from './kernel/kernel.ts';
import { KernelCounter } from './kernel/kernelCounter.ts';
import { KernelTable } from './kernel/kernelTable.ts';
import type { LetterCase, Tokenizer } from './tokenizer.ts';

/** `wasm`: the kernel in WebAssembly, with vectors. `typescript`: the reference, for runtimes without. */
export type CountingEngine = 'wasm' | 'typescript';

/** The fastest engine that this runtime has. */
export function defaultEngine(): CountingEngine {
  return hasKernel() ? 'wasm' : 'typescript';
}

export function newCounter(
  engine: CountingEngine,
  options: { tokenizer: Tokenizer; letterCase: LetterCase },
): WordCounting {
  return engine === 'wasm' ? new KernelCounter(options) : new WordCounter(options);
}

/** For a counter that nothing is wanted of any more: its kernel goes to the next user on this thread. */
export function releaseCounter(counter: WordCounting): void {
  if (counter instanceof KernelCounter) counter.release();
}

/** As `releaseCounter`, for tables. */
export function releaseTable(table: CountMerging): void {
  if (table instanceof KernelTable) table.release();
}

/** How many words of up to 8 bytes a counter holds, for {@link newTable}; 0 where it doesn't say. */
export function shortKeysOf(counter: WordCounting): number {
  return counter instanceof KernelCounter ? counter.shortKeys : 0;
}

/**
 * @param shortKeys about so many words of up to 8 bytes will come from counters, each in the order in which its counter gives it
 * away: with room for them, they are merged several times as fast. 0: nobody knows
 */
export function newTable(engine: CountingEngine, shortKeys = 0): CountMerging {
  return engine === 'wasm' ? new KernelTable(shortKeys) : new CountTable();
}
