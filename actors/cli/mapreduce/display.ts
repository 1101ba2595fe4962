// The status view in a terminal. cli-progress draws it; what stands in it is decided in view.ts.
import cliProgress from 'cli-progress';
import type { JobEvent, JobStatus } from '../../mapreduce/index.ts';
import { barOptions } from '../bar.ts';
import type { OutputStream } from '../io.ts';
import { Throughput } from '../throughput.ts';
import { detailLine, mapLine, reduceLine } from './view.ts';

/**
 * Shows the latest status of a job on a terminal; without a stream it shows nothing. An abort of the signal leaves empty
 * lines, synchronously.
 */
export class JobDisplay {
  readonly #stream: OutputStream | undefined;
  readonly #nowMs: () => number;
  readonly #throughput = new Throughput();
  #bars: cliProgress.MultiBar | undefined;
  #status: JobStatus | undefined;

  constructor(
    stream: OutputStream | undefined,
    signal: AbortSignal,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    signal.addEventListener('abort', () => this.stop(), { once: true });
  }

  /** Follows the job until its end. */
  async follow(events: AsyncIterable<JobEvent>): Promise<void> {
    if (this.#stream === undefined) return;
    for await (const event of events) {
      if (event.type !== 'status') continue;
      this.#status = event;
      this.#throughput.add(this.#nowMs(), event.bytesDone);
      this.#start();
      // Drawn with each status; the library's own timer only makes up for a terminal that was resized.
      this.#bars?.update();
    }
    this.stop();
  }

  /** Clears the lines. */
  stop(): void {
    this.#bars?.stop();
    this.#bars = undefined;
    this.#status = undefined;
  }

  #start(): void {
    if (this.#bars !== undefined) return;
    const bars = new cliProgress.MultiBar({ stream: this.#stream!, ...barOptions });
    this.#bars = bars;
    const rate = (): number | undefined => this.#throughput.bytesPerSecond();
    const add = (line: (status: JobStatus, bar: (share: number) => string) => string): void => {
      bars.create(1, 0, undefined, {
        format: (options) => {
          const bar = (share: number): string => cliProgress.Format.BarFormat(share, options);
          return this.#status === undefined ? '' : line(this.#status, bar);
        },
      });
    };
    add((status, bar) => mapLine(status, rate(), bar));
    add((status, bar) => reduceLine(status, bar));
    add((status) => detailLine(status));
  }
}
