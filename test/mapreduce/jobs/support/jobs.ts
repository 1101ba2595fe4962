// Jobs of the tests, in a module of their own so that worker threads find them.
import { threadId } from 'node:worker_threads';
import * as z from 'zod';
import {
  type Emit,
  job,
  jsonOutput,
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
