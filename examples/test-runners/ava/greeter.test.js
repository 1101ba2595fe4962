import test from 'ava';
import { createTestSystem, ExpectationError, UnexpectedEventsError } from 'thrum/test';
import { EmptyNameError, Greeter, PrinterProtocol } from '../greeter.js';

async function greeterFor(t, options) {
  const system = await createTestSystem(options);
  // Fails the test when an actor has failed, or a message got lost, and the test didn't expect it.
  t.teardown(() => system.close());
  const printer = system.probe(PrinterProtocol, 'printer');
  return { system, printer, greeter: await system.spawn(Greeter, { printer: printer.ref }) };
}

test('greets', async (t) => {
  const { printer, greeter } = await greeterFor(t);
  greeter.tell.greet('Ann');
  await printer.expect('print', { text: 'Hello, Ann!' });
  t.is(await greeter.ask.greeted(), 1);
});

test('greets later', async (t) => {
  const { system, printer, greeter } = await greeterFor(t);
  greeter.tell.greetLater({ name: 'Bob', afterMs: 60_000 });
  await printer.expectNone({ forMs: 59_999 });
  await system.clock.advance(1);
  await printer.expectMatching('print', { text: /Bob/ });
  t.pass();
});

test('knows how much ink is left', async (t) => {
  const { printer, greeter } = await greeterFor(t);
  printer.autoReply('inkLeft', () => 7);
  t.is(await greeter.ask.inkLeft(), 7);
});

test('an error reaches its asker with its class', async (t) => {
  const { greeter } = await greeterFor(t);
  await t.throwsAsync(greeter.ask.check(''), { instanceOf: EmptyNameError, message: 'nobody to greet' });
});

test('what the kit checks can fail', async (t) => {
  const system = await createTestSystem();
  const printer = system.probe(PrinterProtocol, 'printer');
  const greeter = await system.spawn(Greeter, { printer: printer.ref });
  greeter.tell.greet('');
  const error = await t.throwsAsync(system.close(), { instanceOf: UnexpectedEventsError });
  t.regex(error.message, /failed in 'greet'/);
  const other = await createTestSystem();
  await t.throwsAsync(other.probe(PrinterProtocol).next({ timeoutMs: 1 }), { instanceOf: ExpectationError });
  await other.close();
});
