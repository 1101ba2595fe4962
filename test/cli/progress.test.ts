import test from 'ava';
import { Throughput } from '../../actors/cli/throughput.ts';
import { ProgressDisplay, type ProgressView, progressLine } from '../../actors/cli/wordcount/progress.ts';
import { Captured } from './support.ts';

const never = new AbortController().signal;
const bar = (share: number): string => `<${share}>`;
const counting = {
  step: 'counting',
  bytesDone: 50e6,
  bytesTotal: 200e6,
  filesDone: 1200,
  filesTotal: 4000,
} as const;

test('a line gives share, rate, time left, bytes and files', (t) => {
  t.is(
    progressLine(counting, 10e6, bar),
    '<0.25>  25 %  10.0 MB/s  15 s left  50.0 MB of 200 MB  1,200 of 4,000 files',
  );
});

test('a line gives no rate and no time left before there is a rate', (t) => {
  t.is(progressLine(counting, undefined, bar), '<0.25>  25 %  50.0 MB of 200 MB  1,200 of 4,000 files');
  t.is(progressLine(counting, 0, bar), '<0.25>  25 %  0 B/s  50.0 MB of 200 MB  1,200 of 4,000 files');
});

test('one file is not counted', (t) => {
  t.is(
    progressLine({ ...counting, filesDone: 0, filesTotal: 1 }, undefined, bar),
    '<0.25>  25 %  50.0 MB of 200 MB',
  );
});

test('a line promises no end while a stream is read', (t) => {
  const view = { ...counting, bytesTotal: undefined, filesDone: 0, filesTotal: 1 };
  t.is(progressLine(view, 10e6, bar), '50.0 MB read  10.0 MB/s');
});

test('100 % is shown only when all is read, and then that there is more to do', (t) => {
  const almost = { ...counting, bytesDone: 199_999_999, filesTotal: 1 };
  t.regex(progressLine(almost, undefined, bar), /> {2}99 %/);
  t.is(progressLine({ ...almost, bytesDone: 200e6 }, 1e6, bar), '<1> 100 %  adding up  200 MB of 200 MB');
});

test('a file that grows does not take the line past 100 %', (t) => {
  t.regex(progressLine({ ...counting, bytesDone: 300e6 }, 1e6, bar), /^<1> 100 %/);
});

test('nothing to read is all read', (t) => {
  t.regex(progressLine({ ...counting, bytesDone: 0, bytesTotal: 0 }, undefined, bar), /^<1> 100 %/);
});

test('the search for files is shown too', (t) => {
  t.is(progressLine({ step: 'finding', files: 12345 }, undefined, bar), 'looking for files: 12,345');
});

test('a terminal gets a bar at once, and an empty line at the end', (t) => {
  const terminal = new Captured(true);
  let view: ProgressView = counting;
  let nowMs = 0;
  const display = new ProgressDisplay(terminal, never, () => nowMs);
  display.show(() => view);
  t.true(terminal.text.includes(`${'█'.repeat(6)}${'░'.repeat(18)}  25 %  50.0 MB of 200 MB`));
  view = { ...counting, bytesDone: 100e6 };
  nowMs = 5000;
  display.stop();
  t.true(terminal.text.includes(`${'█'.repeat(12)}${'░'.repeat(12)}  50 %  10.0 MB/s  10 s left`));
  // The last thing sent is: to the first column, clear the whole line.
  t.true(terminal.text.endsWith('\u001b[1G\u001b[2K'));
});

test('an abort clears the line before it returns, once', (t) => {
  const terminal = new Captured(true);
  const interruption = new AbortController();
  const display = new ProgressDisplay(terminal, interruption.signal);
  display.show(() => counting);
  interruption.abort();
  t.true(terminal.text.endsWith('\u001b[1G\u001b[2K'));
  const { text } = terminal;
  display.stop();
  t.is(terminal.text, text);
});

test('another step takes the line over', (t) => {
  const terminal = new Captured(true);
  const display = new ProgressDisplay(terminal, never);
  display.show(() => ({ step: 'finding', files: 7 }));
  display.show(() => counting);
  display.stop();
  t.regex(terminal.text, /looking for files: 7.*\[2K.*25 %/s);
});

test('the rate is that of the last five seconds', (t) => {
  const throughput = new Throughput();
  // Ten seconds at 100 bytes a second, then five at 10.
  for (let second = 0; second <= 10; second++) throughput.add(second * 1000, second * 100);
  t.is(throughput.bytesPerSecond(), 100);
  for (let second = 1; second <= 5; second++) throughput.add((10 + second) * 1000, 1000 + second * 10);
  t.is(throughput.bytesPerSecond(), 10);
});

test('there is no rate before there is a time to measure over', (t) => {
  const throughput = new Throughput();
  t.is(throughput.bytesPerSecond(), undefined);
  throughput.add(0, 0);
  t.is(throughput.bytesPerSecond(), undefined);
  throughput.add(249, 1e6);
  t.is(throughput.bytesPerSecond(), undefined);
  throughput.add(250, 1e6);
  t.is(throughput.bytesPerSecond(), 4e6);
});

test('the rate falls to zero when nothing comes any more', (t) => {
  const throughput = new Throughput();
  throughput.add(0, 0);
  throughput.add(1000, 500);
  for (let second = 2; second <= 7; second++) throughput.add(second * 1000, 500);
  t.is(throughput.bytesPerSecond(), 0);
});
