// The long campaigns, small: that they run, and that what they check holds. The long ones are commands; each file
// says its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const run = promisify(execFile);

async function soak(name: string, ...options: string[]): Promise<string> {
  const file = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const { stdout } = await run(process.execPath, [file, ...options]).catch((error) => {
    throw new Error(`${name} failed:\n${error.stdout}\n${error.stderr}`);
  });
  return stdout;
}

test.serial('hundreds of thousands of messages of all sizes go through small rings in order', async (t) => {
  const output = await soak('order', '--messages', '400000');
  t.regex(output, /received 200000 \+ 200000 of 200000 each; out of order, lost, doubled or damaged: 0/);
});

test.serial(
  'while everything goes wrong, every ask settles and every message is accounted for',
  async (t) => {
    const output = await soak(
      'chaos',
      '--seconds',
      '6',
      '--actors',
      '100',
      '--threads',
      '3',
      '--killEvery',
      '1500',
    );
    t.regex(output, /asks, \d+ settled/);
    t.regex(output, /[1-9]\d* threads ended/);
  },
);

test.serial('half of the load that goes can be kept up', async (t) => {
  t.regex(await soak('steady', '--minutes', '0.1'), / 0 out of order, lost, doubled or damaged/);
});

test.serial('with tells alone the sums agree exactly', async (t) => {
  const options = [
    '--seconds',
    '6',
    '--actors',
    '100',
    '--threads',
    '3',
    '--killEvery',
    '1500',
    '--asks',
    '0',
  ];
  t.regex(await soak('chaos', ...options, '--seed', '3'), / 0 of them asks/);
});

test.serial(
  'kernel, TypeScript and regular expressions count random bytes alike, on threads too',
  async (t) => {
    t.regex(
      await soak('words', '--inputs', '600', '--seed', '2'),
      /600 inputs: all agree; 12 of them on threads/,
    );
  },
);

test.serial('sixteen nodes that all talk to each other keep their rings under the cap', async (t) => {
  const output = await soak('crowd', '--nodes', '16', '--messages', '300');
  t.regex(output, /16 nodes, 240 rings, 72000 messages .* heard too little or too much: 0/);
});

test.serial('nodes with nothing to do look for nothing', async (t) => {
  // One that looked all the time would take a whole CPU; the limit of 0.5 % is for a minute of silence.
  t.regex(await soak('idle', '--seconds', '2', '--limitPercent', '25'), /two idle nodes/);
});
