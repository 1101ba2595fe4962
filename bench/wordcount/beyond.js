// A count whose different words are far more than the memory it may take: exact, and within bounds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beyondCommand, checkInstalled } from './commands.js';
import { corporaFolder } from './corpora.js';
import { make, summary } from './distinct.js';

/**
 * The peak memory of the process in MB, threads included. The corpus has 1 GB, a fifth of its words are different.
 *
 * @throws where a word's count isn't the one that the generator knows
 */
export function peakBeyond(memory, { quick }) {
  checkInstalled('thrum');
  const words = quick ? 1e6 : 1e8;
  const path = join(corporaFolder, `beyond-${words}.txt`);
  if (!existsSync(path)) {
    mkdirSync(corporaFolder, { recursive: true });
    make(`${path}.part`, { words, distinct: words / 5 });
    renameSync(`${path}.part.json`, `${path}.json`);
    renameSync(`${path}.part`, path);
  }
  const folder = mkdtempSync(join(corporaFolder, 'beyond-'));
  try {
    const output = join(folder, 'counts.tsv');
    const command = beyondCommand(path, { memory, temporary: folder, output });
    const { status, stderr, error } = spawnSync('/usr/bin/time', ['-f', '%M', ...command], {
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`thrum ended with ${status}: ${stderr}`);
    const { isSorted, ...got } = summary(output);
    const expected = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
    if (!isSorted || JSON.stringify(got) !== JSON.stringify(expected)) {
      throw new Error(`counted ${JSON.stringify(got)} and not ${JSON.stringify(expected)}`);
    }
    return Number(stderr.trim().split('\n').at(-1)) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
