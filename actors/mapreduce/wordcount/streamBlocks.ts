// The stream among the inputs of a count: its text goes to the mappers in blocks, and what else is to be said of it is
// reported here.
import { JobFailedError } from '../errors.ts';
import { csvText, type RecordProblems } from '../inputs/records.ts';
import { openText, plainBytes } from '../inputs/text.ts';
import { type CompiledRules, separatorsOf } from '../rules/rules.ts';
import { cutBlocks } from './blocks.ts';
import type { Report } from './messages.ts';
import { emptyReport } from './report.ts';

const blockBytes = 1024 * 1024;

/** Cuts a stream into blocks and says what it was. */
export class StreamBlocks {
  readonly #name: string;
  readonly #stream: AsyncIterable<Uint8Array>;
  readonly #compiled: CompiledRules;
  readonly #records: RecordProblems = { bad: 0, missing: 0 };
  #binaryBytes = 0;
  #isRead = false;

  constructor(name: string, stream: AsyncIterable<Uint8Array>, compiled: CompiledRules) {
    this.#name = name;
    this.#stream = stream;
    this.#compiled = compiled;
  }

  /** Whether the stream has ended. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** What those who count the blocks can't know; how many bytes there were is theirs to report. */
  get report(): Report {
    const isBinary = this.#binaryBytes > 0;
    return {
      ...emptyReport(),
      files: isBinary ? 0 : 1,
      binary: isBinary ? [{ path: this.#name, bytes: this.#binaryBytes }] : [],
      badRecords: this.#records.bad,
      missingFields: this.#records.missing,
    };
  }

  /**
   * Reads the stream to its end, as fast as `take` does.
   *
   * @throws `JobFailedError`
   */
  async read(take: (block: Uint8Array) => Promise<void>): Promise<void> {
    try {
      for await (const block of cutBlocks(this.#text(), separatorsOf(this.#compiled), blockBytes)) {
        if (block.kind === 'binary') this.#binaryBytes = block.bytes;
        else await take(block.bytes);
      }
    } catch (error) {
      throw new JobFailedError(`reading ${this.#name} failed: ${(error as Error).message}`, { cause: error });
    }
    this.#isRead = true;
  }

  #text(): AsyncIterable<Uint8Array> {
    const { from } = this.#compiled.rules ?? {};
    const plain = plainBytes(this.#name, this.#stream);
    return from?.format === 'csv' ? csvStream(plain, from.field, this.#records) : plain;
  }
}

/** CSV may be in UTF-16, as spreadsheets write it. A binary stream has no records, and then no text. */
async function* csvStream(
  plain: AsyncIterable<Uint8Array>,
  field: string,
  problems: RecordProblems,
): AsyncGenerator<Uint8Array> {
  const text = await openText(plain);
  if (text.kind === 'binary') yield* text.whole;
  else yield* csvText(text.pieces, field, problems);
}
