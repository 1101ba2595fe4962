// Who counts makes no difference: small inputs are counted by the command's own thread, others by threads.
import test from 'ava';
import { runCli } from '../../actors/cli/cli.ts';
import { makeFolder } from '../mapreduce/inputs/folder.ts';
import { fakeIo } from './support.ts';

async function run(...args: string[]) {
  const io = fakeIo();
  const code = await runCli(args, io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

test('a small count gives what it gives on a thread, whatever is asked for', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'B a b c c A a', 'd/e.txt': 'c d É é' });
  for (const options of ['--min-count 2', '--top 2 --sort word', '--case keep --tokenizer letters']) {
    const asked = ['wordcount', ...options.split(' '), folder];
    t.deepEqual(await run(...asked), await run(...asked, '--threads', '1'), options);
  }
  t.is((await run('wordcount', '--min-count', '3', folder)).out, 'a\t3\nc\t3\n');
});
