// Runs the jobs of the cases on so many threads.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystem } from 'thrum';
import { InvertedIndex, runJob, Sort, UrlCount, WordCount } from 'thrum/mapreduce';
import { systemDisk } from '../../dist/actors/mapreduce/jobs/files/disk.js';
import { sumRecords } from '../../dist/actors/mapreduce/jobs/sorting/checkSorted.js';
import { CutWords, cutByIndex } from './cutWords.js';
import { log, manyFiles, records, words } from './data.js';
import { Slow } from './slowJob.js';

/** The cases of a system with so many threads. */
export function casesOf({ threads, backups = true }) {
  const run = (job, inputs, options) => (meter) => speed(threads, job, inputs(meter.quick), options);
  return {
    "a user's word count": run(WordCount, words),
    'the same, words cut by indexOf': run(CutWords, words),
    'inverted index': run(InvertedIndex, manyFiles),
    'URLs of a log': run(UrlCount, log, { params: { path: true } }),
    'sort of 100-byte records': (meter) => sort(threads, records(meter.quick), meter.quick),
    'one thread ten times as slow': (meter) => straggler(backups, meter.quick),
  };
}

async function onSystem(threads, work) {
  const folder = mkdtempSync(join(process.env.THRUM_BENCH_TMP ?? tmpdir(), 'thrum-bench-'));
  // As the command has it.
  const heap = { youngBytes: 16 * 2 ** 20 };
  const system = await createSystem({
    threads,
    log: 'silent',
    slowHandlerMs: false,
    unresponsive: false,
    heap,
  });
  try {
    return await work(system, folder);
  } finally {
    await system.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes a second, after a first run that warms up. */
function speed(threads, job, paths, options = {}) {
  return onSystem(threads, async (system, folder) => {
    const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
    let perSecond = 0;
    for (const turn of ['first', 'second']) {
      const start = performance.now();
      await runJob(system, job, { ...options, paths, outputDirectory: join(folder, turn) }).result;
      perSecond = (bytes / (performance.now() - start)) * 1000;
    }
    return perSecond;
  });
}

function sort(threads, paths, quick) {
  const sizes = { recordBytes: 100, keyBytes: 10 };
  return onSystem(threads, async (system, folder) => {
    const bytes = statSync(paths[0]).size;
    const outputDirectory = join(folder, 'sorted');
    // Into the page cache.
    const before = sumRecords(systemDisk, paths, sizes);
    const partitions = quick ? 4 : 64;
    const options = {
      paths,
      outputDirectory,
      partitions,
      splitBytes: 32e6 - (32e6 % 100),
      memoryBytesMax: 1e9,
    };
    const start = performance.now();
    const { parts } = await runJob(system, Sort, options).result;
    const elapsedMs = performance.now() - start;
    const after = sumRecords(
      systemDisk,
      parts.map(({ path }) => path),
      sizes,
    );
    if (after.descents > 0) throw new Error(`${after.descents} records are out of order`);
    if (after.records !== before.records || after.sum !== before.sum)
      throw new Error('records were lost or changed');
    return (bytes / elapsedMs) * 1000;
  });
}

/** Few tasks a thread, as where a slow machine hurts: with many, the others have taken most of its share meanwhile. */
function straggler(backups, quick) {
  return onSystem(8, async (system, folder) => {
    const tasks = quick ? 14 : 28;
    const folderOfTasks = join(folder, 'tasks');
    mkdirSync(folderOfTasks);
    for (let task = 0; task < tasks; task++) {
      const lines = Array.from({ length: 20 }, (_, n) => `${task}.${n}\n`);
      writeFileSync(join(folderOfTasks, `${String(task).padStart(3, '0')}.txt`), lines.join(''));
    }
    const run = (ms) => {
      const params = { ms, marker: join(folder, 'slow') };
      const options = { paths: [folderOfTasks], params, backups, partitions: 2, splitBytes: 80 };
      return runJob(system, Slow, options).result;
    };
    // All threads load the job, and the first one becomes the slow one.
    await run(1);
    const start = performance.now();
    await run(quick ? 2 : 10);
    return performance.now() - start;
  });
}

/** The two ways to cut a line into words, by case. */
const maps = {
  "a user's word count": WordCount.code.map,
  'the same, words cut by indexOf': cutByIndex,
};

/** One thread that counts lines' words in a Map, and nothing else. */
export const plain = onOneThread((map, path) => {
  const counts = new Map();
  const emit = (word) => counts.set(word, (counts.get(word) ?? 0) + 1);
  forEachLine(path, (line) => map(line, emit));
  return counts.size;
});

/** One thread that calls `map` for each line and takes its words, but does nothing with them: what no engine can exceed. */
export const mapAlone = onOneThread((map, path) => {
  let units = 0;
  const emit = (word) => {
    units += word.length;
  };
  forEachLine(path, (line) => map(line, emit));
  return units;
});

/** For each map the bytes a second of `work`, after a first run that warms up. */
function onOneThread(work) {
  const caseOf = (map) => (meter) => {
    const [path] = words(meter.quick);
    work(map, path);
    const start = performance.now();
    if (work(map, path) === 0) throw new Error('no words');
    return (statSync(path).size / (performance.now() - start)) * 1000;
  };
  return Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, caseOf(map)]));
}

function forEachLine(path, take) {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(256 * 1024);
  let held = 0;
  for (;;) {
    const read = readSync(file, buffer, held, buffer.length - held, null);
    if (read === 0) break;
    const filled = held + read;
    const end = buffer.lastIndexOf(10, filled - 1) + 1;
    const text = buffer.toString('latin1', 0, end);
    for (let at = 0; at < text.length; ) {
      const lineEnd = text.indexOf('\n', at);
      take(text.slice(at, lineEnd));
      at = lineEnd + 1;
    }
    buffer.copyWithin(0, end, filled);
    held = filled - end;
  }
  closeSync(file);
}
