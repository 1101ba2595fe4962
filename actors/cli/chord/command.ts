// `thrum chord demo`: its options and its help. What it then does is in demo.ts.
import type { Command } from 'commander';
import { threadNumber, wholeNumber } from '../arguments.ts';
import type { CommandIo } from '../io.ts';

/** A checked command line. */
export interface ChordDemoRequest {
  /** Nodes at the beginning, at least 5: a value has three copies, and two nodes may be gone. */
  readonly nodes: number;
  readonly keys: number;
  /** Nodes to kill, and as many to join, while the ring is in use. */
  readonly changes: number;
  readonly threads: number | undefined;
}

const examples = `
Examples:
  thrum chord demo                         8 nodes, 200 keys, 2 nodes killed and 2 joined meanwhile
  thrum chord demo --nodes 32 --keys 2000 --changes 5

Exit codes:
  0    every key was found in the end
  1    a key was missing, or the demo failed
  2    wrong usage
`;

/** Adds the command; `run` is what it does once its options are checked. */
export function addChord(
  program: Command,
  io: CommandIo,
  run: (request: ChordDemoRequest) => Promise<void>,
): void {
  const chord = program.command('chord').description('a Chord ring with a replicated store');
  chord
    .command('demo')
    .description('run a ring on threads, put keys, kill and join nodes meanwhile, and look for every key')
    .option('--nodes <n>', 'nodes at the beginning, 5 to 200', wholeNumber(5, 200), 8)
    .option('--keys <n>', 'keys to put, 1 to 100,000', wholeNumber(1, 100_000), 200)
    .option('--changes <n>', 'nodes to kill, and as many to join, 0 to 50', wholeNumber(0, 50), 2)
    .option('--threads <n>', 'worker threads, 1 to 256; default: what the machine allows', threadNumber)
    .addHelpText('after', examples)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .exitOverride()
    .action((options: Omit<ChordDemoRequest, 'threads'> & { threads?: number }) =>
      run({ ...options, threads: options.threads }),
    );
}
