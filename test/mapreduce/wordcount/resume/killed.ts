// Kills a count at random moments until it ends by itself, and compares what it gave. As a command, with as many kills as
// asked for:
//
//   node dist/test/mapreduce/wordcount/resume/killed.js --kills 30
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const command = fileURLToPath(new URL('../../../../actors/cli/main.js', import.meta.url));

export interface Killed {
  readonly kills: number;
  /** Counts that were brought to their end; more than one where a count ended before it was killed often enough. */
  readonly counts: number;
  readonly isSame: boolean;
  /** Assignments that are in the journal more than once: work that was done again. */
  readonly repeated: number;
  /** Kills that left something in the journal. */
  readonly resumed: number;
  readonly leftovers: boolean;
}

/** Words of which most are different, the same for a seed. */
function text(words: number): string {
  const parts: string[] = [];
  for (let i = 0; i < words; i++) parts.push(`w${((i * 7919) % Math.ceil(words / 3)).toString(36)}`);
  return parts.join(' ');
}

/**
 * Counts with `--resume`, killed `kills` times. How long the command takes is not known beforehand: a count that ends
 * before its kill is compared, and the next one is killed within half of that time.
 */
export async function countKilled(kills: number, words: number, random: () => number): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), 'thrum-killed-'));
  try {
    const input = join(folder, 'input.txt');
    writeFileSync(input, text(words));
    const args = ['wordcount', '--threads', '2', '--memory', '16MB', '--all', '--sort', 'count'];
    const plain = join(folder, 'plain.tsv');
    const startMs = performance.now();
    await run([...args, '-o', plain, input]);
    let windowMs = performance.now() - startMs;
    const expected = readFileSync(plain);
    const output = join(folder, 'resumed.tsv');
    const journal = `${output}.resume`;
    const result = { kills: 0, counts: 0, resumed: 0, isSame: true, repeated: 0, leftovers: false };
    for (let isEnded = false; result.kills < kills || !isEnded; ) {
      const killMs = result.kills < kills ? random() * windowMs : undefined;
      const signal = await run([...args, '--resume', '-o', output, input], killMs);
      isEnded = signal === null;
      // An output that is visible is whole, also where the kill came between its appearance and the command's end.
      result.isSame &&= (!isEnded && !existsSync(output)) || expected.equals(readFileSync(output));
      if (isEnded) {
        result.counts++;
        result.leftovers ||= existsSync(journal) || existsSync(`${journal}.removed`);
        if (result.leftovers) break;
        rmSync(output);
        if (killMs !== undefined) windowMs /= 2;
        continue;
      }
      result.kills++;
      const assignments = journalled(journal);
      if (assignments.length > 0) result.resumed++;
      result.repeated = Math.max(result.repeated, assignments.length - new Set(assignments).size);
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The assignments of all epochs in a journal. */
function journalled(directory: string): number[] {
  const path = join(directory, 'journal');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const entry = JSON.parse(line.slice(9)) as { kind: string; epoch?: { assignments: number[] } };
    return entry.kind === 'epoch' ? entry.epoch!.assignments : [];
  });
}

/** The signal that ended the command; `null` when it ended by itself, well. */
function run(args: string[], killMs?: number): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => {
      errors += String(data);
    });
    const timer = killMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killMs);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || signal === 'SIGKILL') resolve(signal);
      else reject(new Error(`the command ended with ${code ?? signal}: ${errors}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '30' }, words: { type: 'string', default: '4000000' } },
  });
  const result = await countKilled(Number(values.kills), Number(values.words), Math.random);
  console.log(JSON.stringify(result));
  if (!result.isSame || result.repeated > 0 || result.leftovers) process.exitCode = 1;
}
