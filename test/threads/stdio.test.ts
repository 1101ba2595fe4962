// Lost console lines: what an actor prints reaches the process's own output, whatever becomes of its thread and
// whatever the host does meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { writeAll } from '../../lib/threads/writeSync.ts';
import { finish, runProgram, startProgram } from '../fixtures/perilPrograms.ts';

const lines = 200;
const bytes = 5000;
/** What is left of a line in an assertion's message. */
const short = (line: string) =>
  line.length > 100 ? `${line.slice(0, 10)}, ${line.length} characters` : line;
const linesOf = (text: string) => text.split('\n').map(short);
const printed = (name: string, filler: string) =>
  Array.from({ length: lines }, (_, i) => short(`${name} ${i} ${filler.repeat(bytes)}`));

for (const ending of ['exit', 'throw', 'spin'] as const) {
  test.serial(`lost console lines: none before a thread's end by ${ending}`, async (t) => {
    const { stdout, stderr } = await runProgram(
      t,
      `
      const system = await createSystem({ threads: 1, log: 'silent', unresponsive: { afterMs: 5000, kill: true } });
      const down = new Promise((resolve) => system.events.on((event) => event.type === 'nodeDown' && resolve()));
      (await system.spawn(Peril)).tell.print({ lines: ${lines}, bytes: ${bytes}, ending: '${ending}' });
      await down;
      await system.close();
      `,
    );
    t.deepEqual(linesOf(stdout), [...printed('out', 'x'), 'last words', '']);
    t.deepEqual(linesOf(stderr), [...printed('err', 'y'), '']);
  });
}

test.serial('lost console lines: none while the host is blocked, with a slow reader', async (t) => {
  // The host never gets another turn of its event loop: it dies of a signal.
  const child = startProgram(
    t,
    `
    const system = await createSystem({ threads: 1, log: 'silent' });
    const peril = await system.spawn(Peril);
    process.stdout.write('ready\\n');
    await peril.ask.worked();
    peril.tell.print({ lines: ${lines}, bytes: ${bytes}, ending: 'spin' });
    await new Promise(setImmediate);
    while (performance.now() < 60_000);
    process.kill(process.pid, 'SIGTERM');
    `,
  );
  let stdout = '';
  child.stdout!.setEncoding('utf8').on('data', async (text: string) => {
    stdout += text;
    if (stdout.endsWith('last words\n')) return void child.kill('SIGKILL');
    child.stdout!.pause();
    await delay(1);
    child.stdout!.resume();
  });
  const { signal, stderr } = await finish(child, ['stderr']);
  t.is(signal, 'SIGKILL');
  t.deepEqual(linesOf(stdout), ['ready', ...printed('out', 'x'), 'last words', '']);
  t.deepEqual(linesOf(stderr), [...printed('err', 'y'), '']);
});

test.serial('a reader that goes away ends neither the actor nor the process', async (t) => {
  const child = startProgram(
    t,
    `
    const system = await createSystem({ threads: 1, log: 'silent' });
    const down = new Promise((resolve) => system.events.on((event) => event.type === 'nodeDown' && resolve(event)));
    (await system.spawn(Peril)).tell.print({ lines: ${lines}, bytes: ${bytes}, ending: 'exit' });
    const { error } = await down;
    await system.close();
    process.exitCode = /process\\.exit\\(0\\)/.test(error.message) ? 7 : 8;
    `,
  );
  child.stdout!.once('data', () => child.stdout!.destroy());
  child.stderr!.resume();
  const code = await new Promise((resolve) => child.on('exit', resolve));
  t.is(code, 7);
});

test.serial(
  'streams keep their contract: encodings, callbacks, return values, several chunks at once',
  async (t) => {
    const { stdout } = await runProgram(
      t,
      `
    const system = await createSystem({ threads: 1 });
    console.log(await (await system.spawn(Peril)).ask.useStream());
    await system.close();
    `,
    );
    t.deepEqual(stdout.split('\n'), [
      'héllo',
      'bytes',
      `corked together${' '.repeat(100_000)}`,
      '0 waiting',
      '',
    ]);
  },
);

test('a full pipe is waited for, and partial writes go on where they stopped', (t) => {
  const written: number[] = [];
  let full = 3;
  const write = (_fd: number, data: Uint8Array, at: number, length: number) => {
    if (full-- > 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' });
    full = 1;
    const count = Math.min(length, 3);
    written.push(...data.subarray(at, at + count));
    return count;
  };
  writeAll(99, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), write as never);
  t.deepEqual(written, [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('where nobody reads any more, nothing is written again', (t) => {
  let calls = 0;
  const write = () => {
    calls++;
    throw Object.assign(new Error('gone'), { code: 'EPIPE' });
  };
  for (let i = 0; i < 3; i++) writeAll(98, new Uint8Array(1), write);
  t.is(calls, 1);
});
