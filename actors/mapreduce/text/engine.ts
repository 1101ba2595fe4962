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

export function newTable(engine: CountingEngine): CountMerging {
  return engine === 'wasm' ? new KernelTable() : new CountTable();
}
