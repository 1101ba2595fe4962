// The line that says how far the job is. cli-progress draws it; what stands in it is decided here.
import cliProgress from 'cli-progress';
import { barOptions } from '../bar.ts';
import type { OutputStream } from '../io.ts';
import { formatBytes, formatCount, formatDuration } from '../text.ts';
import { Throughput } from '../throughput.ts';

/** What the job is doing. */
export type ProgressView =
  | { readonly step: 'finding'; readonly files: number }
  | {
      readonly step: 'counting';
      readonly bytesDone: number;
      /** Undefined while the end of a stream isn't known. */
      readonly bytesTotal: number | undefined;
      readonly filesDone: number;
      readonly filesTotal: number;
    };

/**
 * Shows on a terminal how far each step of a run is. An abort of the signal leaves an empty line, synchronously.
 */
export class ProgressDisplay {
  readonly #stream: OutputStream;
  readonly #nowMs: () => number;
  #bar: cliProgress.SingleBar | undefined;

  constructor(stream: OutputStream, signal: AbortSignal, nowMs: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    signal.addEventListener('abort', () => this.stop(), { once: true });
  }

  /** Draws at once and then ten times a second until `stop`; `view` is asked for each frame. */
  show(view: () => ProgressView): void {
    this.stop();
    this.#bar = newBar(this.#stream, view, this.#nowMs);
    this.#bar.start(1, 0);
  }

  /** Clears the line. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function newBar(stream: OutputStream, view: () => ProgressView, nowMs: () => number): cliProgress.SingleBar {
  const throughput = new Throughput();
  return new cliProgress.SingleBar({
    stream,
    format: (options) => {
      const current = view();
      throughput.add(nowMs(), current.step === 'counting' ? current.bytesDone : 0);
      return progressLine(current, throughput.bytesPerSecond(), (share) =>
        cliProgress.Format.BarFormat(share, options),
      );
    },
    ...barOptions,
  });
}

/** The text of one frame, the most wanted first: a narrow terminal cuts it off at the right. */
export function progressLine(
  view: ProgressView,
  bytesPerSecond: number | undefined,
  bar: (share: number) => string,
): string {
  if (view.step === 'finding') return `looking for files: ${formatCount(view.files)}`;
  const { bytesDone, bytesTotal, filesDone, filesTotal } = view;
  const files = filesTotal > 1 ? [`${formatCount(filesDone)} of ${formatCount(filesTotal)} files`] : [];
  const rate = bytesPerSecond === undefined ? [] : [`${formatBytes(bytesPerSecond)}/s`];
  if (bytesTotal === undefined) return [`${formatBytes(bytesDone)} read`, ...rate, ...files].join('  ');
  // A file that grew meanwhile takes the sum past what was expected.
  const share = bytesTotal === 0 ? 1 : Math.min(1, bytesDone / bytesTotal);
  const head = `${bar(share)} ${String(Math.floor(100 * share)).padStart(3)} %`;
  const sizes = `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`;
  if (share === 1) return [head, 'adding up', sizes, ...files].join('  ');
  const left = bytesPerSecond ? [`${formatDuration((bytesTotal - bytesDone) / bytesPerSecond)} left`] : [];
  return [head, ...rate, ...left, sizes, ...files].join('  ');
}
