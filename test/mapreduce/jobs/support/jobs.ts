// Jobs of the tests, in a module of their own so that worker threads find them.
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import * as z from 'zod';
import {
  csvRecords,
  type Emit,
  fixedRecords,
  job,
  jsonOutput,
  parquetRecords,
  recordOutput,
  textLines,
  tsv,
  valueOutput,
  values,
  type WholeFile,
  wholeFiles,
} from '../../../../actors/mapreduce/index.ts';

export const WordCount = job('test/WordCount', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, number>, info) {
    info.count('lines');
    for (const word of line.split(' ')) if (word !== '') emit(word, 1);
  },
  combine: (left, right) => left + right,
  reduce(word, counts, emit, info) {
    info.count('words');
    let sum = 0;
    for (const count of counts) sum += count;
    emit([word, sum]);
  },
  output: tsv<[word: string, count: number]>(),
  counters: ['lines', 'words'],
});

/** Every line with where it was; values in the order of the input. */
export const Positions = job('test/Positions', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, [path: string, offset: number]>, info) {
    emit(line, [info.path, info.offset]);
  },
  reduce(line, places, emit) {
    emit({ line, places: [...places] });
  },
  output: jsonOutput<{ line: string; places: [string, number][] }>(),
});

export const Sizes = job('test/Sizes', {
  module: import.meta.url,
  input: wholeFiles(),
  map(file: WholeFile, emit: Emit<number, string>) {
    emit(file.bytes.length, file.path.replace(/^.*\//, ''));
  },
  reduce(bytes, paths, emit) {
    emit([bytes, ...paths]);
  },
  output: valueOutput<[bytes: number, ...paths: string[]]>(),
});

/** The values of a key in an order of their own, keys from high to low: the newest three of each year. */
export const Newest = job('test/Newest', {
  module: import.meta.url,
  input: values<{ year: number; day: number }>(),
  map({ year, day }, emit: Emit<number, number>) {
    emit(year, day);
  },
  reduce(year, days, emit) {
    const newest: number[] = [];
    for (const day of days) if (newest.push(day) === 3) break;
    emit([year, newest]);
  },
  sort: { keys: (a, b) => b - a, values: (a, b) => b - a },
  output: valueOutput<[year: number, days: number[]]>(),
});

/** Takes what a count has put out. */
export const ByCount = job('test/ByCount', {
  module: import.meta.url,
  input: tsv<[string, number]>().reader,
  map([word, count], emit: Emit<number, string>) {
    emit(Number(count), word!);
  },
  reduce(count, words, emit) {
    emit([count, [...words]]);
  },
  partition: 'range',
  output: valueOutput<[count: number, words: string[]]>(),
});

export const Grep = job('test/Grep', {
  module: import.meta.url,
  params: z.object({ text: z.string() }),
  input: textLines(),
  map(line, emit: Emit<[path: string, offset: number], string>, { params, path, offset }) {
    if (line.includes(params.text)) emit([path, offset], line);
  },
  reduce(_place, lines, emit) {
    for (const line of lines) emit(line);
  },
  output: tsv<string>(),
});

/** Fails at lines that begin with `bad`; a reduce fails at the key `worse`. */
export const Fragile = job('test/Fragile', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, number>, info) {
    info.count('mapped');
    emit(line.slice(0, 3), 1);
    if (line.startsWith('bad')) throw new RangeError(`no good: ${line}`);
  },
  reduce(key, ones, emit) {
    emit([key, [...ones].length]);
    if (key === 'wor') throw new RangeError('worse');
  },
  output: valueOutput<[key: string, lines: number]>(),
  counters: ['mapped'],
});

/** Says which thread has run what. */
export const Where = job('test/Where', {
  module: import.meta.url,
  input: values<number>(),
  async map(value, emit: Emit<number, string>, info) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    emit(value, `map ${info.task} on ${threadId}`);
  },
  async reduce(value, wheres, emit, info) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    emit([value, ...wheres, `reduce ${info.task} on ${threadId}`]);
  },
  output: valueOutput<[value: number, ...wheres: string[]]>(),
});

/** Each task writes a side file. */
export const SideFiles = job('test/SideFiles', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, number>, info) {
    emit(line, 1);
    info.sideFile(`map-${info.task}.txt`, line);
  },
  reduce(line, _ones, emit, info) {
    emit(line);
    info.sideFile(`reduce-${info.task}.txt`, Buffer.from(line));
  },
  output: tsv<string>(),
});

/** The places of each word: many values a key, in an order that matters. */
export const Index = job('test/Index', {
  module: import.meta.url,
  input: textLines(),
  map(line, emit: Emit<string, string>, info) {
    info.count('lines');
    const file = info.path.replace(/^.*\//, '');
    for (const [at, word] of line.split(' ').entries())
      if (word !== '') emit(word, `${file}:${info.offset}.${at}`);
  },
  reduce(word, places, emit, info) {
    info.count('words');
    emit([word, [...places].join(' ')]);
  },
  output: tsv<[word: string, places: string]>(),
  counters: ['lines', 'words'],
});

const still = new Int32Array(new SharedArrayBuffer(4));

/** Holds the thread, without using a processor. */
function hold(ms: number): void {
  Atomics.wait(still, 0, 0, ms);
}

/** Creates a file; false where it is there already, so that one thread of all gets true. */
function isFirst(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Whoever comes first gets stuck in its task until somebody else is at the same one. `marker`: a file that says which task
 * that is.
 */
function straggle(marker: string, task: number): void {
  const caughtUp = `${marker}-caught-up`;
  if (isFirst(marker)) {
    writeFileSync(marker, `task ${task}\n`);
    while (!existsSync(caughtUp)) hold(5);
  } else if (!existsSync(caughtUp) && readFileSync(marker, 'utf8') === `task ${task}\n`) {
    writeFileSync(caughtUp, '');
  }
}

/** Takes a while for each line; one thread, if there is a marker for it, comes no further until another does its task. */
export const Slow = job('test/Slow', {
  module: import.meta.url,
  params: z.object({ ms: z.number(), marker: z.string().optional() }),
  input: textLines(),
  map(line, emit: Emit<string, number>, info) {
    info.count('lines');
    if (info.params.marker !== undefined) straggle(info.params.marker, info.task);
    hold(info.params.ms);
    for (const word of line.split(' ')) if (word !== '') emit(word, info.offset);
  },
  reduce(word, offsets, emit, info) {
    info.count('words');
    hold(info.params.ms / 10);
    emit([word, [...offsets].join(' ')]);
  },
  output: tsv<[word: string, offsets: string]>(),
  counters: ['lines', 'words'],
});

/** Its thread dies at the first line of a task, once for each marker. */
export const Deadly = job('test/Deadly', {
  module: import.meta.url,
  params: z.object({ markers: z.array(z.string()) }),
  input: textLines(),
  map(line, emit: Emit<string, number>, info) {
    info.count('lines');
    emit(line.slice(0, 2), info.offset);
    const marker = info.params.markers[info.task];
    if (marker !== undefined && isFirst(marker)) process.exit(3);
  },
  reduce(start, offsets, emit) {
    emit([start, [...offsets].join(' ')]);
  },
  output: tsv<[start: string, offsets: string]>(),
  counters: ['lines'],
});

/** How often there is a line, of which a sample is taken first. */
export const Ranged = job('test/Ranged', {
  module: import.meta.url,
  input: textLines(),
  map: (line, emit: Emit<string, number>) => emit(line, 1),
  reduce(line, ones, emit) {
    emit([line, [...ones].length]);
  },
  partition: 'range',
  output: tsv<[line: string, times: number]>(),
});

/** Ends whatever thread it runs on. */
export const Fatal = job('test/Fatal', {
  module: import.meta.url,
  input: textLines(),
  map(_line, _emit: Emit<string, number>) {
    process.exit(3);
  },
  reduce(start, offsets, emit) {
    emit([start, [...offsets].join(' ')]);
  },
  output: tsv<[start: string, offsets: string]>(),
});

/** `Sort`, said in a way that the engine doesn't know. */
export const SortInGeneral = job('test/SortInGeneral', {
  module: import.meta.url,
  input: fixedRecords({ bytes: 100 }),
  map: (record, emit: Emit<Uint8Array, Uint8Array>) => emit(record.subarray(0, 10), record),
  reduce(_key, values, emit) {
    for (const value of values) emit(value);
  },
  partition: 'range',
  output: recordOutput({ bytes: 100 }),
});

/** A job that only this thread knows: its module is another one's. */
export const Unknown = job('test/Unknown', {
  module: new URL('./inputs.js', import.meta.url),
  input: textLines(),
  map(line, emit: Emit<string, number>) {
    emit(line, 1);
  },
  reduce() {},
  output: tsv<string>(),
});

interface Row {
  readonly id: string | number | bigint;
  readonly text: string;
}

/** Rows by their text, with where they were. */
export const CsvRows = job('test/CsvRows', {
  module: import.meta.url,
  input: csvRecords<Row>(),
  map({ id, text }, emit: Emit<string, [id: string, path: string, offset: number]>, { path, offset }) {
    emit(text, [String(id), path.replace(/^.*\//, ''), offset]);
  },
  reduce(text, rows, emit) {
    emit([text, [...rows]]);
  },
  output: valueOutput<[text: string, rows: [id: string, path: string, offset: number][]]>(),
});

export const ParquetRows = job('test/ParquetRows', {
  module: import.meta.url,
  input: parquetRecords<Row>({ columns: ['id', 'text'] }),
  map({ id, text }, emit: Emit<string, [id: string, offset: number]>, { offset }) {
    emit(text, [String(id), offset]);
  },
  reduce(text, rows, emit) {
    emit([text, [...rows]]);
  },
  partition: 'range',
  output: valueOutput<[text: string, rows: [id: string, offset: number][]]>(),
});
