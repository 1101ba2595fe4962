// A system that an actor starts: one of its own on the host, none on a thread, where entry files are imported without effect.
import test from 'ava';
import { InvalidOptionError } from '../../lib/index.ts';
import { Nesting } from '../fixtures/nesting.ts';
import { systemFor } from '../fixtures/systems.ts';

test('a handler on the host may start another system, one on a thread is told that it can not', async (t) => {
  const system = await systemFor(t, { threads: 1, log: 'silent' });
  const onHost = await system.spawn(Nesting, undefined, { on: 'host' });
  t.is(await onHost.ask.nest(), '0/inner');
  const onThread = await system.spawn(Nesting, undefined, { on: 1 });
  const error = await t.throwsAsync(async () => onThread.ask.nest(), { instanceOf: InvalidOptionError });
  t.regex(error.message, /^1\/fixture\/Nesting#\d+ can't start a system on node 1.*ctx\.spawn/);
});
