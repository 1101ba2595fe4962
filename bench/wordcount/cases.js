// What the word count suite measures: a whole process, from its start to its last line of output, over files that lie
// in the page cache. Each system gives the twenty most frequent words, which are checked.
import { corpora } from './corpora.js';

const all = ['thrum', 'duckdb', 'mawk', 'coreutils', 'python', 'plain typescript'];

/** DuckDB has nothing to say of a line of 300 MB. */
const longLines = all.filter((system) => system !== 'duckdb');

const packed = ['thrum', 'duckdb', 'coreutils'];

/**
 * Which words each case counts, of which corpus, by which systems. `form`: `gz` has the file compressed, its speed in
 * bytes of text; `cold` has it on the disk alone. `beyond`: a count of all words with so much memory, of a corpus that has more.
 */
export const settings = {
  'English, whitespace': { corpus: 'english', tokenizer: 'whitespace', systems: [...all, 'thrum 1 thread'] },
  'English, words': { corpus: 'english', tokenizer: 'words', systems: ['thrum', 'thrum 1 thread'] },
  'English, letters': { corpus: 'english', tokenizer: 'letters', systems: ['thrum', 'thrum 1 thread'] },
  'source code, whitespace': { corpus: 'source', tokenizer: 'whitespace', systems: all },
  'source code, words': { corpus: 'source', tokenizer: 'words', systems: ['thrum'] },
  'Greek, words': { corpus: 'greek', tokenizer: 'words', systems: ['thrum'] },
  'Russian, words': { corpus: 'russian', tokenizer: 'words', systems: ['thrum'] },
  'Hindi, words': { corpus: 'hindi', tokenizer: 'words', systems: ['thrum'] },
  'one word, whitespace': { corpus: 'one', tokenizer: 'whitespace', systems: longLines },
  'all words different, whitespace': { corpus: 'different', tokenizer: 'whitespace', systems: all },
  'English, threads': {
    corpus: 'english',
    tokenizer: 'whitespace',
    systems: ['thrum 1 thread', 'thrum 2 threads', 'thrum 4 threads', 'thrum 8 threads'],
  },
  'English, .gz': { corpus: 'english', tokenizer: 'whitespace', form: 'gz', systems: packed },
  'English, cold cache': { corpus: 'english', tokenizer: 'whitespace', form: 'cold', systems: packed },
  'English, peak memory': {
    corpus: 'english',
    tokenizer: 'whitespace',
    systems: ['thrum', 'duckdb'],
    measures: 'memory',
  },
  'source code, peak memory': {
    corpus: 'source',
    tokenizer: 'whitespace',
    systems: ['thrum', 'duckdb'],
    measures: 'memory',
  },
  '1 GB of rare words, --memory 128MB, peak memory': {
    beyond: '128MB',
    systems: ['thrum'],
    measures: 'memory',
  },
  '1 KB, start to finish': { corpus: 'tiny', tokenizer: 'whitespace', systems: all, measures: 'time' },
};

const units = { memory: 'MB', time: 'ms', speed: 'B/s' };

/** @type {import('../suites.js').Suite} */
export const wordcount = {
  name: 'wordcount',
  cases: Object.entries(settings).map(([name, { systems, measures = 'speed' }]) => ({
    name,
    unit: units[measures],
    systems,
  })),
  footnotes: [
    'a sample is a process from start to end, its input in the page cache (but for the cold cache); all give the 20 most frequent words in lower case, which must be right.',
    'coreutils, mawk, python and plain typescript get the first tenth of corpora above 100 MB: their speed is the same over the whole.',
    'the one word is written on one line of 300 MB, of which DuckDB gives no words at all: it is left out.',
    `corpora are generated from a seed; a file of your own takes the place of one: ${corpora.map(({ variable }) => variable).join(', ')}.`,
    "the exact commands are in bench/wordcount/commands.js, DuckDB's query in bench/wordcount/duckdb.js.",
  ],
};
