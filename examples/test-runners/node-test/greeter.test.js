import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { createTestSystem, ExpectationError, UnexpectedEventsError } from 'thrum/test';
import { EmptyNameError, Greeter, PrinterProtocol } from '../greeter.js';

let system;
let printer;
let greeter;

beforeEach(async () => {
  system = await createTestSystem();
  printer = system.probe(PrinterProtocol, 'printer');
  greeter = await system.spawn(Greeter, { printer: printer.ref });
});

// Fails the test when an actor has failed, or a message got lost, and the test didn't expect it.
afterEach(() => system.close());

test('greets', async () => {
  greeter.tell.greet('Ann');
  await printer.expect('print', { text: 'Hello, Ann!' });
  assert.equal(await greeter.ask.greeted(), 1);
});

test('greets later', async () => {
  greeter.tell.greetLater({ name: 'Bob', afterMs: 60_000 });
  await printer.expectNone({ forMs: 59_999 });
  await system.clock.advance(1);
  await printer.expectMatching('print', { text: /Bob/ });
});

test('knows how much ink is left', async () => {
  printer.autoReply('inkLeft', () => 7);
  assert.equal(await greeter.ask.inkLeft(), 7);
});

test('an error reaches its asker with its class', async () => {
  await assert.rejects(greeter.ask.check(''), EmptyNameError);
});

test('what the kit checks can fail', async () => {
  greeter.tell.greet('');
  await assert.rejects(printer.next({ timeoutMs: 1 }), ExpectationError);
  const other = await createTestSystem();
  (await other.spawn(Greeter, { printer: other.probe(PrinterProtocol).ref })).tell.greet('');
  await assert.rejects(other.close(), (error) => {
    assert.ok(error instanceof UnexpectedEventsError);
    assert.match(error.message, /failed in 'greet'/);
    return true;
  });
});

test("the runner's fake timers change nothing", async () => {
  mock.timers.enable();
  try {
    greeter.tell.greetLater({ name: 'Cay', afterMs: 1000 });
    await system.clock.advance(1000);
    await printer.expect('print', { text: 'Hello, Cay!' });
    await assert.rejects(printer.next({ timeoutMs: 1 }), ExpectationError);
    await system.close();
  } finally {
    mock.timers.reset();
  }
});
