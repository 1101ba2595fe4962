// One run of `thrum merge`, from the names of files to a written result. It needs neither threads nor the runtime.
import { type MergedCounts, mergeCounts } from '../../mapreduce/wordcount/mergeCounts.ts';
import { type CommandIo, say } from '../io.ts';
import { failureLine } from '../report.ts';
import { openResult, type ResultWriter } from '../writeResult.ts';
import type { MergeRequest } from './command.ts';

/**
 * Merges and writes, and gives the exit code: 0 when all was merged, 1 when a shard is missing or it failed, 130 when
 * `io.signal` aborted. Never rejects; a failure leaves no file half written.
 */
export async function runMerge(request: MergeRequest, io: CommandIo): Promise<0 | 1 | 130> {
  const { paths, top, sort, memoryBytes, temporaryDirectory } = request;
  let writer: ResultWriter | undefined;
  let merged: MergedCounts | undefined;
  try {
    writer = await openResult(request, io);
    merged = await mergeCounts(paths, {
      ...{ top, sort, signal: io.signal },
      ...(memoryBytes !== undefined && { memoryBytesMax: memoryBytes }),
      ...(temporaryDirectory !== undefined && { temporaryDirectory }),
    });
    await writer.write(merged);
    for (const line of missingLines(merged)) say(io, line);
    return merged.missing.length > 0 ? 1 : 0;
  } catch (error) {
    writer?.abandon();
    if (io.signal.aborted) return 130;
    say(io, failureLine(error));
    return 1;
  } finally {
    merged?.close();
  }
}

function missingLines({ missing }: MergedCounts): string[] {
  const byCount = new Map<number, number[]>();
  for (const { index, count } of missing) byCount.set(count, [...(byCount.get(count) ?? []), index]);
  return [...byCount].map(([count, indexes]) => {
    const which = indexes.length === 1 ? `shard ${indexes[0]} is` : `shards ${indexes.join(', ')} are`;
    // One input of which something was merged lacks fewer.
    const advice =
      indexes.length < count
        ? ''
        : '; the shards are of different inputs: each must be counted with the same files, of the same sizes';
    return `thrum: ${which} missing of ${count}: the rest was merged${advice}`;
  });
}
