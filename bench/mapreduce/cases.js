// What the mapreduce suite measures: jobs in plain TypeScript, over files in the page cache, output and all; and what
// backup tasks make of a thread that is ten times as slow.

const onThreads = ['thrum 1 thread', 'thrum'];

/** Which systems run each case. */
export const settings = {
  "a user's word count": { unit: 'B/s', systems: [...onThreads, 'plain typescript', 'map alone'] },
  'the same, words cut by indexOf': {
    unit: 'B/s',
    systems: [...onThreads, 'plain typescript', 'map alone'],
  },
  'inverted index': { unit: 'B/s', systems: onThreads },
  'URLs of a log': { unit: 'B/s', systems: onThreads },
  'sort of 100-byte records': { unit: 'B/s', systems: ['thrum'], runsMax: 3 },
  'one thread ten times as slow': { unit: 'ms', systems: ['thrum', 'thrum without backups'] },
};

/** @type {import('../suites.js').Suite} */
export const mapreduce = {
  name: 'mapreduce',
  cases: Object.entries(settings).map(([name, setting]) => ({ name, ...setting })),
  footnotes: [
    'bytes of input a second, from the start of the job to its committed output; threads are started before. `thrum` has two threads.',
    'words: the English corpus of the wordcount suite, its first 150 MB; index: the same in 64 files; log: 150 MB in the combined format; sort: 2 GB, checked for order, number and sum of records.',
    'plain typescript: one thread that cuts lines out of blocks and counts in a Map, without writing anything; map alone: the same without the Map, so what `map` itself takes.',
    'one of eight threads takes 100 ms a record instead of 10; 28 tasks of 20 records. They hold their threads without using a processor. A task done twice is 3.6 % of the work.',
  ],
};
