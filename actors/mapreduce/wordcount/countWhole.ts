// Counts an input that can only be read from its beginning to its end, such as a compressed file.
import { fileBytes as bytesOfFile } from '../inputs/fileBytes.ts';
import { openText, plainBytes } from '../inputs/text.ts';
import { type CountRegion, RegionFeeder } from './feeder.ts';

/** How much is read of the file, as it is stored, between two reports of how far it is. */
const progressBytes = 1024 * 1024;

export interface WholeCount {
  readonly isBinary: boolean;
  /** Bytes of text that were counted, decompressed. */
  readonly textBytes: number;
}

/**
 * Counts all words of a file. What was counted before an error stays counted.
 *
 * @param onProgress told now and then how many bytes of the file were read; it is waited for
 * @throws the file system's error; `InputError` for data that is damaged or was cut off
 */
export async function countWhole(
  { path, fileBytes }: { readonly path: string; readonly fileBytes: number },
  separators: Uint8Array,
  readBytes: number,
  count: CountRegion,
  onProgress: (bytesRead: number) => Promise<void> | undefined,
): Promise<WholeCount> {
  let bytesRead = 0;
  let told = 0;
  const stored = bytesOfFile(path, fileBytes, readBytes, (bytes) => {
    bytesRead += bytes;
  });
  const text = await openText(plainBytes(path, stored));
  if (text.kind === 'binary') {
    await text.whole.return();
    return { isBinary: true, textBytes: 0 };
  }
  const feeder = new RegionFeeder(separators, count);
  let textBytes = 0;
  for await (const piece of text.pieces) {
    textBytes += piece.length;
    feeder.push(piece);
    if (bytesRead - told >= progressBytes) {
      told = bytesRead;
      await onProgress(bytesRead);
    }
  }
  feeder.end();
  return { isBinary: false, textBytes };
}
