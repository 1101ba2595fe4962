// The corpora: generated once, kept in the cache folder, each with what a count of it must find.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomFrom, zipf } from './random.js';

/** Where corpora are kept. */
export const corporaFolder = fileURLToPath(
  new URL('../node_modules/.cache/thrum-bench-corpora/', import.meta.url),
);
const MB = 1e6;

/**
 * `make(random)` gives a function that makes texts of so many bytes. A file has `blocks` of them, one after the other,
 * and that `repeats` times.
 */
export const corpora = [
  {
    name: 'english',
    variable: 'THRUM_BENCH_ENGLISH',
    blockBytes: 4.5 * MB,
    blocks: 1,
    repeats: 334,
    make: englishText,
  },
  {
    name: 'source',
    variable: 'THRUM_BENCH_SOURCE',
    blockBytes: 20 * MB,
    blocks: 20,
    repeats: 1,
    make: sourceText,
  },
  {
    name: 'greek',
    variable: 'THRUM_BENCH_GREEK',
    blockBytes: 20 * MB,
    blocks: 1,
    repeats: 15,
    make: (random) => greekText(random),
  },
  {
    name: 'russian',
    variable: 'THRUM_BENCH_RUSSIAN',
    blockBytes: 20 * MB,
    blocks: 1,
    repeats: 15,
    make: (random) => russianText(random),
  },
  {
    name: 'hindi',
    variable: 'THRUM_BENCH_HINDI',
    blockBytes: 20 * MB,
    blocks: 1,
    repeats: 15,
    make: (random) => hindiText(random),
  },
  { name: 'one', variable: 'THRUM_BENCH_ONE', blockBytes: 30 * MB, blocks: 1, repeats: 10, make: oneWord },
  {
    name: 'different',
    variable: 'THRUM_BENCH_DIFFERENT',
    blockBytes: 10 * MB,
    blocks: 8,
    repeats: 1,
    make: differentWords,
  },
  { name: 'tiny', variable: 'THRUM_BENCH_TINY', blockBytes: 1000, blocks: 1, repeats: 1, make: englishText },
];

/**
 * The corpus as a file.
 *
 * @param {string} name
 * @param {{ quick: boolean, short: boolean }} size `quick`: a hundredth; `short`: a tenth where it is large
 * @returns {{ path: string, bytes: number, expected?: { words: number, distinct: number, top: [string, number][] } }}
 * `expected` by white space and in lower case; absent for a file of one's own
 */
export function corpus(name, { quick, short }) {
  const found = corpora.find((item) => item.name === name);
  const own = process.env[found.variable];
  if (own !== undefined) return { path: own, bytes: statSync(own).size };
  const shape = shapeOf(found, quick, short);
  const path = `${corporaFolder}${name}-${shape.blockBytes}x${shape.blocks}x${shape.repeats}.txt`;
  if (!existsSync(`${path}.json`)) generate(path, name, found.make, shape);
  return { path, bytes: statSync(path).size, expected: JSON.parse(readFileSync(`${path}.json`, 'utf8')) };
}

function shapeOf({ blockBytes, blocks, repeats }, quick, short) {
  if (quick) return { blockBytes: Math.min(blockBytes, MB), blocks: 1, repeats: 1 };
  if (!short || blockBytes * blocks * repeats <= 100 * MB) return { blockBytes, blocks, repeats };
  if (repeats > 1) return { blockBytes, blocks, repeats: Math.ceil(repeats / 10) };
  return { blockBytes, blocks: Math.ceil(blocks / 10), repeats };
}

function generate(path, name, make, { blockBytes, blocks, repeats }) {
  mkdirSync(corporaFolder, { recursive: true });
  const text = make(randomFrom(name.length + 1));
  const tally = new Tally();
  const file = openSync(path, 'w');
  for (let block = 0; block < blocks; block++) {
    const made = text(blockBytes);
    tally.add(made, repeats);
    const bytes = Buffer.from(made);
    for (let i = 0; i < repeats; i++) writeWhole(file, bytes);
  }
  closeSync(file);
  writeFileSync(`${path}.json`, JSON.stringify(tally.result()));
}

function writeWhole(file, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Counts as plainly as can be. */
class Tally {
  counts = new Map();
  words = 0;

  add(text, times) {
    for (const line of text.split('\n')) {
      for (const word of line.toLowerCase().split(' ')) {
        if (word === '') continue;
        this.counts.set(word, (this.counts.get(word) ?? 0) + times);
        this.words += times;
      }
    }
  }

  result() {
    const top = [];
    for (const entry of this.counts) {
      if (top.length === 20 && compare(entry, top[19]) > 0) continue;
      top.push(entry);
      top.sort(compare);
      top.length = Math.min(top.length, 20);
    }
    return { words: this.words, distinct: this.counts.size, top };
  }
}

function compare([a, countA], [b, countB]) {
  return countB - countA || Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Joins words by spaces, with line ends after some 70 characters. */
function lines(bytes, bytesOfWord, next) {
  const parts = [];
  let length = 0;
  let column = 0;
  while (length < bytes - 80) {
    const word = next();
    const size = bytesOfWord(word) + 1;
    column += size;
    length += size;
    parts.push(word, column > 70 ? '\n' : ' ');
    if (column > 70) column = 0;
  }
  return parts.join('');
}

/** Words of syllables, the frequent ones short, as in English: some 5.7 bytes a word with what follows it. */
function vocabulary(random, size, syllable) {
  const words = new Set();
  while (words.size < size) {
    const syllables = 1 + Math.floor(random() * Math.min(4, 1 + Math.log10(words.size + 1)));
    let word = '';
    for (let i = 0; i < syllables; i++) word += syllable();
    words.add(word);
  }
  return [...words];
}

/** Of the size and the vocabulary of the King James Bible: some 30,000 different words between white space. */
function englishText(random) {
  const vowels = 'aeiouaeioy';
  const consonants = 'bcdfghlmnprstthwndrst';
  const one = oneOf(random);
  const words = vocabulary(random, 11_500, () => {
    const start = random() < 0.7 ? one(consonants) : '';
    return start + one(vowels) + (random() < 0.5 ? one(consonants) : '');
  });
  const rank = zipf(random, words.length);
  const ends = [',', ',', ',', ',', ',', '.', '.', ';', ':', '?'];
  const next = () => {
    const word = words[rank()];
    const cased = random() < 0.1 ? word[0].toUpperCase() + word.slice(1) : word;
    return random() < 0.12 ? cased + one(ends) : cased;
  };
  return (bytes) => lines(bytes, (word) => word.length, next);
}

const greekText = scriptText('αβγδεζηθικλμνξοπρστυφχψωάέήί', 'ΑΒΓΔΕΚΛΜΝΟΠΣΤ');
const russianText = scriptText('абвгдежзийклмнопрстуфхцчшщъыьэюя', 'АБВГДЕЖЗИКЛМНОПРСТ');
const hindiText = scriptText(
  'कखगघचछजटडतदनपबमयरलवशसह\u093e\u093f\u0940\u0941\u0947\u094b\u094d\u0902',
  'अआइईउऊएओ',
);

function scriptText(letters, capitals) {
  return (random) => {
    const one = oneOf(random);
    const syllable = () => one(letters) + one(letters) + (random() < 0.4 ? one(letters) : '');
    const words = vocabulary(random, 60_000, syllable);
    const rank = zipf(random, words.length);
    const size = Buffer.byteLength(letters[0]);
    const next = () => {
      const word = words[rank()];
      if (random() < 0.1) return one(capitals) + word;
      return random() < 0.1 ? `${word},` : word;
    };
    return (bytes) => lines(bytes, (word) => word.length * size, next);
  };
}

/** Keywords and names of a few parts, of which three million are different in 400 MB. */
function sourceText(random) {
  const one = oneOf(random);
  const frequent = vocabulary(random, 3000, () => one('abcdefghijklmnoprstuvw') + one('eaoi'));
  const rank = zipf(random, frequent.length);
  const marks = ['{', '}', '=', '=>', '+', '===', 'const', 'return', 'if', '0', '1', '(', ')', ';'];
  const next = () => {
    const kind = random();
    if (kind < 0.35) return one(marks);
    const name = frequent[rank()];
    if (kind < 0.963) return name;
    return `${name}${name.length < 5 ? 'Of' : '_'}${Math.floor(random() * 4e9).toString(36)}`;
  };
  return (bytes) => lines(bytes, (word) => word.length, next);
}

function oneWord() {
  return (bytes) => 'word '.repeat(bytes / 5);
}

/** Seven letters each, none twice: multiples of a number that has no factor in common with how many there are. */
function differentWords() {
  let i = 0;
  return (bytes) => {
    const parts = [];
    for (const end = i + Math.floor(bytes / 8); i < end; i++) {
      const number = Number((BigInt(i) * 2_654_435_761n) % 2_176_782_336n);
      parts.push(`w${number.toString(36).padStart(6, '0')}`, i % 9 === 8 ? '\n' : ' ');
    }
    return parts.join('');
  };
}

function oneOf(random) {
  return (items) => items[Math.floor(random() * items.length)];
}
