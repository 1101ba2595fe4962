// Random bytes, cut into ranges at random, read in random pieces, counted by one to four counters and merged in one to four
// tables: the kernel, the TypeScript path and the regular expressions must agree. Some inputs are counted by threads.
//
//   node dist/test/soak/words.js --inputs 100000 --seed 1
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countWords } from '../../actors/mapreduce/index.ts';
import type { LetterCase, Tokenizer } from '../../actors/mapreduce/text/tokenizer.ts';
import { createSystem, type System } from '../../lib/index.ts';
import { CountingRig, type Cut, ENGINES, TOKENIZERS } from '../mapreduce/text/countingRig.ts';
import { expectedCounts } from '../mapreduce/text/oracle.ts';
import { Chance, randomBytes, runtimeDisagrees } from '../mapreduce/text/randomText.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    threadedEvery: { type: 'string', default: '50' },
  },
});
const inputs = Number(values.inputs);
const threadedEvery = Number(values.threadedEvery);
const chance = new Chance(Number(values.seed));
const rig = new CountingRig();
const folder = mkdtempSync(join(tmpdir(), 'thrum-words-'));
const systems = await Promise.all([1, 2, 3].map((threads) => createSystem({ threads })));
let beyondRuntime = 0;
let threaded = 0;
try {
  for (let i = 0; i < inputs; i++) {
    const bytes = randomBytes(chance);
    const tokenizer = chance.of(TOKENIZERS);
    const letterCase = chance.of(['lower', 'keep'] as const);
    const results = new Map<string, string>();
    if (runtimeDisagrees(bytes)) beyondRuntime++;
    else results.set('regular expressions', listed(expectedCounts(bytes, tokenizer, letterCase)));
    for (const engine of ENGINES) {
      const cut = randomCut(bytes.length);
      results.set(
        `${engine} ${JSON.stringify(cut)}`,
        listed(rig.count(engine, tokenizer, letterCase, bytes, cut)),
      );
    }
    if (i % threadedEvery === 0) {
      threaded++;
      for (const engine of ENGINES) {
        const system = chance.of(systems);
        const counts = await onThreads(system, engine, tokenizer, letterCase, bytes);
        results.set(`${engine} on ${system.threads} threads`, listed(counts));
      }
    }
    if (new Set(results.values()).size > 1) {
      console.error(`input ${i}, ${tokenizer}, ${letterCase}: ${Buffer.from(bytes).toString('hex')}`);
      for (const [who, counts] of results) console.error(`${who}: ${counts}`);
      process.exitCode = 1;
      break;
    }
    if ((i + 1) % 10_000 === 0) console.log(`${i + 1} inputs agree`);
  }
  if (process.exitCode === undefined) {
    console.log(
      `${inputs} inputs: all agree; ${threaded} of them on threads too; ` +
        `${beyondRuntime} with characters that this runtime's Unicode doesn't have, without the regular expressions`,
    );
  }
} finally {
  await Promise.all(systems.map((system) => system.close()));
  rmSync(folder, { recursive: true });
}

function randomCut(length: number): Cut {
  const ends = Array.from({ length: chance.below(6) }, () => chance.below(length + 1)).sort((a, b) => a - b);
  return {
    ends: [...ends.filter((end) => end > 0 && end < length), length],
    readBytes: chance.of([1, 2, 7, 63, 64, 65, 300, 4096]),
    counters: 1 + chance.below(4),
    partitions: 1 + chance.below(4),
    chunkBytesMax: chance.of([1, 50, 1 << 20]),
  };
}

function listed(counts: Map<string, number>): string {
  return JSON.stringify([...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

async function onThreads(
  system: System,
  engine: 'wasm' | 'typescript',
  tokenizer: Tokenizer,
  letterCase: LetterCase,
  bytes: Uint8Array,
): Promise<Map<string, number>> {
  // A line in front, so that neither a byte-order mark nor a NUL makes the file something else than these bytes.
  const path = join(folder, 'input');
  const front = `${'.\n'.repeat(4096)}`;
  writeFileSync(path, Buffer.concat([Buffer.from(front), bytes]));
  const files = [{ path, bytes: front.length + bytes.length }];
  const sizes = { rangeBytes: 1 + chance.below(500) + 4096, readBytes: 1 + chance.below(5000) };
  const result = await countWords(system, {
    ...{ files, engine, tokenizer, letterCase, top: 'all' },
    ...sizes,
  }).result;
  const counts = new Map<string, number>();
  for await (const batch of result.entries()) for (const { word, count } of batch) counts.set(word, count);
  if (tokenizer === 'whitespace') {
    const dots = counts.get('.')! - 4096;
    if (dots === 0) counts.delete('.');
    else counts.set('.', dots);
  }
  return counts;
}
