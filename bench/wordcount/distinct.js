#!/usr/bin/env node
// A corpus in which nearly every word is a new one to whoever counts it, of any size, and the check of what was counted.
//
//   node bench/wordcount/distinct.js make corpus.txt --words 1e9 --distinct 2e8
//   thrum wordcount --memory 1GB --tokenizer whitespace --all --sort word -o counts.tsv corpus.txt
//   node bench/wordcount/distinct.js check counts.tsv --expected corpus.txt.json
//
// Words have 6 to 12 letters, 10 bytes with what follows. Each occurs at least once; half of the further occurrences are
// of a sixteenth of the words. What is expected is known from the making: how many words, how many different, and a sum
// of hashes over all occurrences, which a count must give as the sum of each word's hash times its count.
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const LETTERS = 26;
const CODES = LETTERS ** 6;
/** Odd and no multiple of 13: times it, modulo CODES, is a permutation. */
const SPREAD = 82_589_933;
const STEP = 7_368_787n;
const BUFFER = 1 << 24;

/**
 * Writes the corpus, and what is expected of a count beside it.
 *
 * @param {string} path
 * @param {{ words: number, distinct: number }} size `distinct` up to 2e9
 */
export function make(path, { words, distinct }) {
  const file = openSync(path, 'w');
  const buffer = Buffer.alloc(BUFFER + 64);
  const sum = new HashSum();
  const few = Math.max(1, distinct >> 4);
  let used = 0;
  // Steps of a number without a common factor visit each word once before any twice.
  const step = Number(coprime(STEP % BigInt(distinct), BigInt(distinct)));
  let position = 0;
  let fewPosition = 0;
  for (let i = 0; i < words; i++) {
    let index = position;
    if (i >= distinct && (i & 1) === 1) {
      index = fewPosition;
      fewPosition = fewPosition + 1 === few ? 0 : fewPosition + 1;
    } else {
      position += step;
      if (position >= distinct) position -= distinct;
    }
    const end = writeWord(buffer, used, index);
    sum.add(buffer, used, end, 1);
    buffer[end] = i % 8 === 7 ? 0x0a : 0x20;
    used = end + 1;
    if (used >= BUFFER) {
      writeWhole(file, buffer.subarray(0, used));
      used = 0;
    }
  }
  writeWhole(file, buffer.subarray(0, used));
  closeSync(file);
  const expected = { words, distinct, hash: sum.text };
  writeFileSync(`${path}.json`, `${JSON.stringify(expected)}\n`);
  return expected;
}

function coprime(start, to) {
  let step = start === 0n ? 1n : start;
  const divisor = (a, b) => (b === 0n ? a : divisor(b, a % b));
  while (divisor(step, to) !== 1n) step++;
  return step;
}

/** Six letters tell the words of a length apart; those behind follow from them. */
function writeWord(buffer, at, index) {
  const length = 6 + (index % 7);
  const serial = Math.floor(index / 7);
  // The product is exact: below 2^53 for up to 10^8 words a length.
  let code = (serial * SPREAD) % CODES;
  const fill = code;
  for (let i = 0; i < 6; i++) {
    buffer[at + i] = 0x61 + (code % LETTERS);
    code = Math.floor(code / LETTERS);
  }
  for (let i = 6; i < length; i++) buffer[at + i] = 0x61 + ((fill >>> (i - 6)) % LETTERS);
  return at + length;
}

function writeWhole(file, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** The sum of hashes of words times their counts, modulo 2^32 twice. */
class HashSum {
  #a = 0;
  #b = 0;

  add(bytes, start, end, count) {
    let a = 0x811c9dc5;
    let b = end - start;
    for (let i = start; i < end; i++) {
      a = Math.imul(a ^ bytes[i], 0x01000193);
      b = Math.imul(b + bytes[i], 0x9e3779b1) ^ (b >>> 15);
    }
    this.#a = (this.#a + Math.imul(a ^ (a >>> 16), count)) >>> 0;
    this.#b = (this.#b + Math.imul(b ^ (b >>> 13), count)) >>> 0;
  }

  get text() {
    return [this.#a, this.#b].map((half) => half.toString(16).padStart(8, '0')).join('');
  }
}

/**
 * What an output holds: lines of a word, a tab and its count.
 *
 * @param {string} path
 * @returns {{ words: number, distinct: number, hash: string, isSorted: boolean }} `isSorted`: by the words' bytes
 */
export function summary(path) {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(BUFFER);
  const sum = new HashSum();
  const result = { words: 0, distinct: 0, hash: '', isSorted: true };
  let last = Buffer.alloc(0);
  let held = 0;
  for (;;) {
    const got = readSync(file, buffer, held, BUFFER - held, null);
    if (got === 0) break;
    const end = held + got;
    let at = 0;
    for (;;) {
      const lineEnd = buffer.indexOf(0x0a, at);
      if (lineEnd < 0 || lineEnd >= end) break;
      let tab = at;
      while (buffer[tab] !== 0x09) tab++;
      let count = 0;
      for (let i = tab + 1; i < lineEnd; i++) count = 10 * count + buffer[i] - 0x30;
      if (result.distinct > 0 && buffer.compare(last, 0, last.length, at, tab) <= 0) result.isSorted = false;
      if (last.length !== tab - at) last = Buffer.alloc(tab - at);
      buffer.copy(last, 0, at, tab);
      sum.add(buffer, at, tab, count);
      result.words += count;
      result.distinct++;
      at = lineEnd + 1;
    }
    held = end - at;
    buffer.copy(buffer, 0, at, end);
  }
  closeSync(file);
  return { ...result, hash: sum.text };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { words: { type: 'string' }, distinct: { type: 'string' }, expected: { type: 'string' } },
  });
  const [command, path] = positionals;
  if (command === 'make' && path !== undefined) {
    console.log(
      JSON.stringify(make(path, { words: Number(values.words), distinct: Number(values.distinct) })),
    );
  } else if (command === 'check' && path !== undefined) {
    const { isSorted, ...got } = summary(path);
    const expected = JSON.parse(readFileSync(values.expected, 'utf8'));
    const isRight = isSorted && JSON.stringify(got) === JSON.stringify(expected);
    console.log(JSON.stringify({ isRight, isSorted, got, expected }));
    if (!isRight) process.exitCode = 1;
  } else {
    console.error('usage: distinct.js make FILE --words N --distinct N | check FILE --expected FILE');
    process.exitCode = 2;
  }
}
