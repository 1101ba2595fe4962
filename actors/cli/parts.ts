// A result in several files of a new directory, which appears with all of them or not at all.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Format, Totals, WordEntry } from './formats/format.ts';
import type { CommandIo } from './io.ts';
import { type Output, OutputError, openOutput } from './output.ts';
import { escapeControls } from './text.ts';

/** Files that fill one by one as entries come. */
export interface Parts {
  /** Writes all entries, each into the part of its key, and puts the directory into its place. */
  write(batches: AsyncIterable<readonly WordEntry[]>, format: Format, totals: Totals): Promise<void>;
  /** Clears away what isn't complete. After `write` it does nothing. */
  abandon(): void;
}

/**
 * Opens `count` files in a directory of a temporary name beside `path`.
 *
 * @throws OutputError when `path` exists and isn't an empty directory, or can't be made
 */
export function openParts(path: string, count: number, extension: string, io: CommandIo): Parts {
  const target = resolve(path);
  const folder = join(dirname(target), `.thrum-${randomUUID()}.tmp`);
  const outputs: Output[] = [];
  const abandon = (): void => {
    io.signal.removeEventListener('abort', abandon);
    for (const output of outputs) output.abandon();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    refuseFull(target);
    mkdirSync(folder);
    for (let part = 0; part < count; part++) {
      const name = partName(part, count, extension);
      outputs.push(openOutput(join(folder, name), io, join(path, name)));
    }
  } catch (error) {
    abandon();
    throw error instanceof OutputError ? error : new OutputError(escapeControls(path), error);
  }
  // After the listeners of the files, which are in it.
  io.signal.addEventListener('abort', abandon);
  return {
    async write(batches, format, totals) {
      await divide(batches, outputs, format, totals);
      for (const output of outputs) await output.commit();
      try {
        if (statSync(target, { throwIfNoEntry: false })) rmdirSync(target);
        renameSync(folder, target);
      } catch (cause) {
        throw new OutputError(escapeControls(path), cause);
      }
      io.signal.removeEventListener('abort', abandon);
    },
    abandon,
  };
}

function refuseFull(target: string): void {
  const existing = statSync(target, { throwIfNoEntry: false });
  if (existing === undefined) return;
  if (!existing.isDirectory()) throw new Error('is a file: part files want a directory that is new or empty');
  if (readdirSync(target).length > 0)
    throw new Error('is not empty: part files want a directory that is new or empty');
}

function partName(part: number, count: number, extension: string): string {
  const number = (value: number): string => String(value).padStart(5, '0');
  return `part-${number(part)}-of-${number(count)}.${extension}`;
}

async function divide(
  batches: AsyncIterable<readonly WordEntry[]>,
  outputs: readonly Output[],
  format: Format,
  totals: Totals,
): Promise<void> {
  const feeds = outputs.map(() => new Feed());
  const written = Promise.all(
    outputs.map(async (output, part) => {
      for await (const piece of format(feeds[part]!, totals)) await output.write(piece);
    }),
  );
  const feeding = (async () => {
    for await (const batch of batches) {
      const divided: WordEntry[][] = feeds.map(() => []);
      for (const entry of batch) divided[partOf(entry, feeds.length)]!.push(entry);
      await Promise.all(feeds.map((feed, part) => feed.push(divided[part]!)));
    }
    await Promise.all(feeds.map((feed) => feed.push(undefined)));
  })();
  await Promise.all([written, feeding]);
}

/** The same part for a word (and path) whatever else there is: FNV-1a over its UTF-16 code units. */
function partOf({ path = '', word }: WordEntry, parts: number): number {
  let hash = 0x811c9dc5;
  for (const text of [path, word]) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % parts;
}

/** Hands batches from who has them to one who iterates, one at a time. */
class Feed implements AsyncIterable<readonly WordEntry[]> {
  #offered: { batch: readonly WordEntry[] | undefined; taken: () => void } | undefined;
  #wake: () => void = () => {};

  /** Settles when the batch is taken; `undefined` is the end. */
  push(batch: readonly WordEntry[] | undefined): Promise<void> {
    return new Promise((taken) => {
      this.#offered = { batch, taken };
      this.#wake();
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly WordEntry[]> {
    for (;;) {
      if (this.#offered === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const { batch, taken } = this.#offered!;
      this.#offered = undefined;
      taken();
      if (batch === undefined) return;
      if (batch.length > 0) yield batch;
    }
  }
}
