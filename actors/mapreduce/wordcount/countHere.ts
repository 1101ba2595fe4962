// Counts files on the calling thread, at once: with neither the runtime nor messages, a few megabytes are counted before
// threads would have started. What it gives is what `countWords` gives.
import type { InputFile } from '../inputs/index.ts';
import {
  defaultEngine,
  newCounter,
  newTable,
  releaseCounter,
  releaseTable,
  shortKeysOf,
} from '../text/engine.ts';
import { separatorBytes, type Tokenizer } from '../text/tokenizer.ts';
import { entriesOf, tableChunks, wantedOf } from './entries.ts';
import { countReported, readBytesDefault } from './fileReport.ts';
import { linesOf } from './lines.ts';
import type { CountWordsOptions } from './options.ts';
import { emptyReport } from './report.ts';
import { readResult, type WordCountResult } from './result.ts';

/** What can be asked of a count on one thread; see `CountWordsOptions`. */
export interface CountHereOptions
  extends Pick<CountWordsOptions, 'letterCase' | 'top' | 'sort' | 'minCount' | 'signal'> {
  readonly tokenizer?: Tokenizer;
}

const chunkBytesMax = 1024 * 1024;

/** Counts files, holding the thread but for those that are decompressed. */
export async function countHere(
  files: readonly InputFile[],
  options: CountHereOptions,
): Promise<WordCountResult> {
  const { tokenizer = 'words', letterCase = 'lower', signal } = options;
  const engine = defaultEngine();
  const counter = newCounter(engine, { tokenizer, letterCase });
  const counting = {
    separators: separatorBytes(tokenizer),
    buffer: counter.newBuffer(readBytesDefault),
    readBytes: readBytesDefault,
    count: (bytes: Uint8Array, start: number, end: number) => counter.add(bytes, start, end),
  };
  const report = emptyReport();
  for (const { path, bytes } of files) {
    await countReported({ path, start: 0, end: bytes, fileBytes: bytes }, counting, report);
  }
  const wanted = wantedOf(options);
  const table = newTable(engine, shortKeysOf(counter));
  for (const { bytes } of counter.drain(1, chunkBytesMax, true)) table.absorb(bytes);
  releaseCounter(counter);
  return {
    ...readResult(report),
    words: table.words,
    distinct: table.distinct,
    isGrouped: false,
    isDocFreq: false,
    entries: () => entriesOf(tableChunks(table, wanted), wanted),
    lines: () => linesOf(tableChunks(table, wanted), wanted),
    async writeCounts(path) {
      // Loaded here, since few small counts are written so.
      const { partOf, settingsOf } = await import('./countsFile.ts');
      const { writeCounts } = await import('./writeCounts.ts');
      const settings = settingsOf({ tokenizer, letterCase, rules: undefined });
      const parts = [partOf(settings, files, false, undefined)];
      const about = { settings, bytes: report.bytes, files: report.files, parts };
      const byWord = () => tableChunks(table, { top: 'all', sort: 'word' });
      await writeCounts(path, { kind: 'chunks', byWord }, about, signal);
    },
    close: () => releaseTable(table),
  };
}
