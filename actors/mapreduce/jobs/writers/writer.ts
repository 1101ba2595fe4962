// What a writer is: how records of a result become bytes, and bytes records again.
import type { ByteWriter } from '../encoding/byteWriter.ts';
import type { Reader } from '../readers/reader.ts';

/**
 * Writes a job's records of type `O`. Another job, or the app, reads them with `reader`, as what they then are: `I`, most
 * often the same.
 */
export interface Writer<O, I = O> {
  readonly name: string;
  /** Of a part's file, such as `.tsv`. */
  readonly extension: string;
  write(record: O, to: ByteWriter): void;
  readonly reader: Reader<I>;
}
