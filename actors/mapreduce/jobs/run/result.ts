// A finished job: what it counted, and its output, to be read here or by the next job.

import type { InputPart, Summary } from '../engine/messages.ts';
import { openPart } from '../engine/parts.ts';
import { systemDisk } from '../files/disk.ts';
import type { Reader } from '../readers/reader.ts';

/** The part of the output that one reduce task has written; its keys are in order. */
export interface ResultPart {
  /** The file; undefined where the output stayed in memory. */
  readonly path: string | undefined;
  readonly bytes: number;
}

export interface JobResult<O = unknown> extends Summary {
  /** Where the output is; undefined where it stayed in memory. */
  readonly outputDirectory: string | undefined;
  /** One a partition, in their order. */
  readonly parts: readonly ResultPart[];
  /** Whether `map` or `reduce` was skipped somewhere, or a file couldn't be read. */
  readonly isComplete: boolean;
  /** The records of the output, partition after partition. */
  records(): IterableIterator<O>;
  /** What the next job reads. */
  readonly [resultInput]: readonly InputPart[];
}

/** Names the parts of a result as a further job's input. */
export const resultInput: unique symbol = Symbol('input');

const readBytes = 256 * 1024;

/** The output as it was written, part after part. */
export function* partBytes(result: JobResult): IterableIterator<Uint8Array> {
  for (const input of result[resultInput]) {
    const part = openPart(input, systemDisk);
    try {
      for (let at = 0; at < part.end; ) {
        const bytes = new Uint8Array(Math.min(readBytes, part.end - at));
        const read = part.read(bytes, at);
        if (read === 0) break;
        yield bytes.subarray(0, read);
        at += read;
      }
    } finally {
      part.close();
    }
  }
}

export function newResult<O>(
  summary: Summary,
  reader: Reader<O>,
  outputDirectory: string | undefined,
  parts: readonly InputPart[],
): JobResult<O> {
  return {
    ...summary,
    outputDirectory,
    parts: parts.map(({ path, bytes, content }) => ({
      path: content === undefined ? path : undefined,
      bytes,
    })),
    isComplete: summary.skipped.length === 0 && summary.unreadable.length === 0,
    *records() {
      for (const input of parts) {
        const part = openPart(input, systemDisk);
        try {
          const cursor = reader.open(part, readBytes);
          while (cursor.next()) yield cursor.record;
        } finally {
          part.close();
        }
      }
    },
    [resultInput]: parts,
  };
}
