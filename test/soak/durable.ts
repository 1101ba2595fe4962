// Kills a process fifty times while durable actors handle messages: node dist/test/soak/durable.js [kills] [fsync|os]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAgainAndAgain } from '../fixtures/killing.ts';

const [kills = '50', durability = 'fsync'] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'thrum-durable-'));
const startedAt = performance.now();
try {
  const report = await killAgainAndAgain({
    directory,
    kills: Number(kills),
    actors: 4,
    fsync: durability === 'fsync',
    chance: Math.random,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${kills} kills in ${seconds} s (${durability}):`, report);
  if (report.lost + report.repeated + report.missing > 0) process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
