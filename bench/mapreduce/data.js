// The inputs: made once, kept in the cache folder.
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { corpus } from '../wordcount/corpora.js';
import { randomFrom } from '../wordcount/random.js';

const folder = fileURLToPath(new URL('../node_modules/.cache/thrum-bench-mapreduce/', import.meta.url));
const MB = 1e6;

/** One file of English text. */
export function words(quick) {
  return [english(quick, 1)[0]];
}

/** The same in many files. */
export function manyFiles(quick) {
  return english(quick, 64);
}

function english(quick, files) {
  const bytes = quick ? MB : 150 * MB;
  return Array.from({ length: files }, (_, n) =>
    made(`english-${bytes}-${n}-of-${files}.txt`, (file) => {
      const source = openSync(corpus('english', { quick, short: false }).path, 'r');
      const own = Buffer.alloc(Math.floor(bytes / files));
      const read = readSync(source, own, 0, own.length, n * own.length);
      closeSync(source);
      // Whole lines.
      writeWhole(file, own.subarray(0, own.lastIndexOf(10, read - 1) + 1));
    }),
  );
}

/** A web server's log. */
export function log(quick) {
  const bytes = quick ? MB : 150 * MB;
  return [
    made(`access-${bytes}.log`, (file) => {
      const random = randomFrom(7);
      for (let written = 0; written < bytes; ) {
        const lines = [];
        for (let n = 0; n < 5000; n++) {
          const page = Math.floor(20_000 ** random());
          const status = random() < 0.9 ? 200 : 404;
          lines.push(
            `10.0.${page % 256}.${n % 256} - - [10/Oct/2026:13:55:${String(n % 60).padStart(2, '0')} +0000] "GET /page/${page}?n=${n % 7} HTTP/1.1" ${status} ${page * 3} "https://example.org/" "Mozilla/5.0 (X11; Linux x86_64)"`,
          );
        }
        const text = Buffer.from(`${lines.join('\n')}\n`);
        writeWhole(file, text);
        written += text.length;
      }
    }),
  ];
}

/** Records of 100 bytes with random keys, as TeraSort's. */
export function records(quick) {
  const count = quick ? 200_000 : 20_000_000;
  return [
    made(`records-${count}`, (file) => {
      const random = randomFrom(11);
      const perBlock = 50_000;
      const block = Buffer.alloc(perBlock * 100, 32);
      for (let first = 0; first < count; first += perBlock) {
        for (let n = 0; n < perBlock; n++) {
          const at = n * 100;
          block.writeUInt32BE(Math.floor(random() * 2 ** 32), at);
          block.writeUInt32BE(Math.floor(random() * 2 ** 32), at + 4);
          block.writeUInt16BE(Math.floor(random() * 2 ** 16), at + 8);
          block.writeUInt32BE(first + n, at + 12);
        }
        writeWhole(file, block);
      }
    }),
  ];
}

function made(name, make) {
  const path = `${folder}${name}`;
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const file = openSync(`${path}.part`, 'w');
  make(file);
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}

function writeWhole(file, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
