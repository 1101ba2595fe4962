// The journal of a run: which tasks are done, and where their outputs are, so that a later run need not do them again.
import * as z from 'zod';
import { checksum } from '../encoding/checksum.ts';
import type { Disk, NewFile } from '../files/disk.ts';
import { sealedSchema, talliesSchema } from './messages.ts';

const headSchema = z.object({
  kind: z.literal('run'),
  fingerprint: z.string(),
  bounds: z.string().optional(),
});
const boundsSchema = z.object({ kind: z.literal('bounds'), keys: z.string() });
const mapSchema = z.object({
  kind: z.literal('map'),
  task: z.number(),
  attempt: z.number(),
  sealed: sealedSchema,
  tallies: talliesSchema,
});
const reduceSchema = z.object({
  kind: z.literal('reduce'),
  task: z.number(),
  attempt: z.number(),
  file: z.string(),
  bytes: z.number(),
  tallies: talliesSchema,
});
const entrySchema = z.discriminatedUnion('kind', [headSchema, boundsSchema, mapSchema, reduceSchema]);
export type JournalEntry = z.output<typeof entrySchema>;

/** A journal is of another run: its input, its parameters or its code's name are others. */
export class JournalMismatchError extends Error {
  readonly code = 'ERR_THRUM_JOURNAL_MISMATCH';

  constructor(path: string) {
    super(
      `the journal ${path} is of another run: its job, input, parameters or options were others. Run that one, or remove ${path.replace(/\/[^/]*$/, '')} to begin anew`,
    );
  }
}

/** Written entry by entry; an entry that a kill has cut off counts as not written. */
export class Journal {
  private readonly file: NewFile;

  private constructor(file: NewFile) {
    this.file = file;
  }

  /** Opens the journal of a run; gives what an earlier one has written. */
  static open(
    disk: Disk,
    path: string,
    fingerprint: string,
  ): { journal: Journal; entries: readonly JournalEntry[] } {
    const { entries, wholeBytes, bytes } = readJournal(disk, path);
    const [head, ...rest] = entries;
    if (head !== undefined && (head.kind !== 'run' || head.fingerprint !== fingerprint)) {
      throw new JournalMismatchError(path);
    }
    if (wholeBytes < bytes.length || head === undefined) {
      // The torn end would run into the next entry.
      const copy = disk.create(`${path}.new`);
      copy.write(bytes.subarray(0, wholeBytes));
      copy.close();
      disk.rename(`${path}.new`, path);
    }
    const journal = new Journal(disk.append(path));
    if (head === undefined) journal.add({ kind: 'run', fingerprint });
    return { journal, entries: rest };
  }

  add(entry: JournalEntry): void {
    const text = JSON.stringify(entry);
    this.file.write(Buffer.from(`${sumOf(text)} ${text}\n`));
  }

  close(): void {
    this.file.close();
  }
}

function sumOf(text: string): string {
  return checksum(Buffer.from(text)).toString(16).padStart(8, '0');
}

function readJournal(
  disk: Disk,
  path: string,
): { entries: JournalEntry[]; wholeBytes: number; bytes: Buffer } {
  const size = disk.sizeOf(path);
  if (size === undefined) return { entries: [], wholeBytes: 0, bytes: Buffer.alloc(0) };
  const bytes = Buffer.alloc(size);
  const file = disk.open(path);
  try {
    let filled = 0;
    for (let read = -1; read !== 0 && filled < size; filled += read)
      read = file.read(bytes.subarray(filled), filled);
  } finally {
    file.close();
  }
  const entries: JournalEntry[] = [];
  let wholeBytes = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, wholeBytes)) {
    const line = bytes.toString('utf8', wholeBytes, end);
    const text = line.slice(9);
    if (line.slice(0, 8) !== sumOf(text)) break;
    entries.push(entrySchema.parse(JSON.parse(text)));
    wholeBytes = end + 1;
  }
  return { entries, wholeBytes, bytes };
}
