// What stands in for a process and for threads, so that the whole command runs inside a test.
import { Writable } from 'node:stream';
import type { CommandIo } from '../../actors/cli/io.ts';
import type { StartEngine } from '../../actors/cli/wordcount/engine.ts';
import type { WordCountRequest } from '../../actors/cli/wordcount/request.ts';
import type { CountWordsOptions, WordCountResult } from '../../actors/mapreduce/index.ts';

// Terminals of tests can move their cursor, whatever the tests themselves run in.
process.env.TERM = 'xterm';

/** An output stream that keeps what it is given; a terminal when asked. */
export class Captured extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 120;

  constructor(isTTY = false) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

export interface FakeIo extends CommandIo {
  readonly stdout: Captured;
  readonly stderr: Captured;
  /** Aborts the io's signal. */
  interrupt(): void;
}

export function fakeIo(
  given: { stdin?: string; isPiped?: boolean; stdoutIsTerminal?: boolean; stderrIsTerminal?: boolean } = {},
): FakeIo {
  const interruption = new AbortController();
  return {
    stdin: (async function* () {
      yield Buffer.from(given.stdin ?? '');
    })(),
    stdinIsPiped: given.isPiped ?? false,
    stdout: new Captured(given.stdoutIsTerminal),
    stderr: new Captured(given.stderrIsTerminal),
    signal: interruption.signal,
    interrupt: () => interruption.abort(),
  };
}

export function request(given: Partial<WordCountRequest> = {}): WordCountRequest {
  return {
    paths: [],
    readsStdin: false,
    filesFrom: undefined,
    include: [],
    exclude: [],
    tokenizer: 'words',
    letterCase: 'lower',
    rules: undefined,
    minCount: 1,
    top: 20,
    sort: 'count',
    format: 'tsv',
    outputPath: undefined,
    parts: undefined,
    skippedPath: undefined,
    threads: undefined,
    memoryBytes: undefined,
    temporaryDirectory: undefined,
    resumeDirectory: undefined,
    shard: undefined,
    showsProgress: false,
    showsStats: false,
    ...given,
  };
}

export function resultOf(given: Partial<WordCountResult> = {}): WordCountResult {
  return {
    ...{ bytes: 12, words: 3, distinct: 2, files: 1, skipped: [], failed: [] },
    ...{ badRecords: 0, missingFields: 0, isGrouped: false, isDocFreq: false },
    async *entries() {
      yield [{ word: 'a', count: 2 }];
      yield [{ word: 'b', count: 1 }];
    },
    async *lines() {
      yield Buffer.from('a\t2\n');
      yield Buffer.from('b\t1\n');
    },
    writeCounts: async () => {},
    close: () => {},
    ...given,
  };
}

export interface FakeEngine {
  readonly start: StartEngine;
  /** What happened, in order: `start 2`, `count`, `close`. */
  readonly events: string[];
  /** What the last count was asked for. */
  readonly asked: CountWordsOptions | undefined;
}

/** Threads that count nothing: `count` says what becomes of the job. */
export function fakeEngine(count: (options: CountWordsOptions) => Promise<WordCountResult>): FakeEngine {
  const events: string[] = [];
  let asked: CountWordsOptions | undefined;
  return {
    events,
    get asked() {
      return asked;
    },
    async start({ threads }) {
      events.push(`start ${threads}`);
      return {
        threads: threads ?? 2,
        count(options) {
          events.push('count');
          asked = options;
          const progress = { bytesDone: 50, bytesTotal: 200, filesDone: 1, filesTotal: 4 };
          return { result: count(options), progress: () => progress };
        },
        async close() {
          events.push('close');
        },
      };
    },
  };
}
