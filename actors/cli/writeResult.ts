// A finished count is written: to standard output, a file, the files of a directory, or as counts to be merged.
import type { WordCountResult } from '../mapreduce/index.ts';
import { loadFormat } from './formats/index.ts';
import type { CommandIo } from './io.ts';
import { openOutput, writeAll } from './output.ts';
import type { ResultRequest } from './resultOptions.ts';

/** How a result is written. */
export interface WriteRequest extends Pick<ResultRequest, 'format' | 'outputPath'> {
  /** Files in the directory `outputPath`; undefined for one file of that name, or standard output. */
  readonly parts?: number | undefined;
}

/** What writes one result, all of it or nothing. */
export interface ResultWriter {
  write(result: WordCountResult): Promise<void>;
  /** Clears away what isn't complete. */
  abandon(): void;
}

/**
 * Opens the outputs at once, so that what can't be written to is known before the count.
 *
 * @throws OutputError
 */
export async function openResult(request: WriteRequest, io: CommandIo): Promise<ResultWriter> {
  const { format, outputPath, parts } = request;
  // It opens its file itself, which is none of text.
  if (format === 'counts') return { write: (result) => result.writeCounts(outputPath!), abandon: () => {} };
  if (parts === undefined) {
    const output = openOutput(outputPath, io);
    return {
      write: async (result) =>
        writeAll(
          output,
          format === 'tsv' ? result.lines() : (await loadFormat(format))(result.entries(), result),
        ),
      abandon: () => output.abandon(),
    };
  }
  const { openParts } = await import('./parts.ts');
  const opened = openParts(outputPath!, parts, format === 'table' ? 'txt' : format, io);
  return {
    write: async (result) => opened.write(result.entries(), await loadFormat(format), result),
    abandon: () => opened.abandon(),
  };
}
