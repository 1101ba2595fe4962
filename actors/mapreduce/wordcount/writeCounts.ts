// Writes a finished count to a `.counts` file.
import { setImmediate } from 'node:timers/promises';
import { RunFile, RunWriter } from '../runs/runFile.ts';
import { CountsReader } from '../text/packedCounts.ts';
import type { AboutCounts } from './countsFile.ts';

/** Where all entries come from in the order of their words: packed, or as runs that follow one another. */
type Source =
  | { readonly kind: 'chunks'; byWord(): AsyncIterable<Uint8Array> | Iterable<Uint8Array> }
  | { readonly kind: 'disk'; readonly parts: readonly string[] };

/**
 * The file appears when it is whole; an abort of the signal clears it away at once.
 *
 * @throws RunStorageError
 * @throws the signal's reason
 */
export async function writeCounts(
  path: string,
  counts: Source,
  about: AboutCounts,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const writer = new RunWriter(path);
  const abandon = (): void => writer.abandon();
  signal?.addEventListener('abort', abandon);
  try {
    if (counts.kind === 'disk') {
      for (const part of counts.parts) await copyBlocks(part, writer, signal);
    } else {
      for await (const chunk of counts.byWord()) {
        signal?.throwIfAborted();
        const reader = new CountsReader(chunk);
        while (reader.next()) writer.add(chunk, reader.keyStart, reader.keyEnd, reader.count);
      }
    }
    writer.seal(about);
  } catch (error) {
    writer.abandon();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

/** Blocks stand by themselves, so a run whose keys are above all before it is added as it is. */
async function copyBlocks(path: string, writer: RunWriter, signal: AbortSignal | undefined): Promise<void> {
  const run = new RunFile(path);
  try {
    const { blocks, footer } = run;
    const bytes = new Uint8Array(blocks.blockBytesMax);
    for (let block = 0; block < blocks.blockCount; block++) {
      blocks.readBlock(block, bytes, 0);
      const payload = bytes.subarray(0, blocks.payloadBytes(block));
      writer.addBlock(payload, blocks.firstKey(block), blocks.entriesOf(block), 0);
      if (block % 64 === 63) await setImmediate();
      signal?.throwIfAborted();
    }
    writer.words += footer.words;
  } finally {
    run.close();
  }
}
