const { createTestSystem, ExpectationError, UnexpectedEventsError } = require('thrum/test');
const { EmptyNameError, Greeter, PrinterProtocol } = require('../greeter.js');

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
  expect(await greeter.ask.greeted()).toBe(1);
});

test('greets later', async () => {
  greeter.tell.greetLater({ name: 'Bob', afterMs: 60_000 });
  await printer.expectNone({ forMs: 59_999 });
  await system.clock.advance(1);
  await printer.expectMatching('print', { text: /Bob/ });
});

test('knows how much ink is left', async () => {
  printer.autoReply('inkLeft', () => 7);
  expect(await greeter.ask.inkLeft()).toBe(7);
});

test('an error reaches its asker with its class', async () => {
  await expect(greeter.ask.check('')).rejects.toThrow(EmptyNameError);
});

test('what the kit checks can fail', async () => {
  greeter.tell.greet('');
  await expect(printer.next({ timeoutMs: 1 })).rejects.toThrow(ExpectationError);
  const other = await createTestSystem();
  (await other.spawn(Greeter, { printer: other.probe(PrinterProtocol).ref })).tell.greet('');
  const error = await other.close().catch((error) => error);
  expect(error).toBeInstanceOf(UnexpectedEventsError);
  expect(error.message).toMatch(/failed in 'greet'/);
});

test("the runner's fake timers change nothing", async () => {
  jest.useFakeTimers();
  try {
    greeter.tell.greetLater({ name: 'Cay', afterMs: 1000 });
    await system.clock.advance(1000);
    await printer.expect('print', { text: 'Hello, Cay!' });
    await expect(printer.next({ timeoutMs: 1 })).rejects.toThrow(ExpectationError);
    await system.close();
  } finally {
    jest.useRealTimers();
  }
});

test('modules that are loaded once more replace their definitions', async () => {
  jest.resetModules();
  const again = await import('../greeter.js');
  expect(again.Greeter).not.toBe(Greeter);
  const kit = await import('thrum/test');
  const next = await kit.createTestSystem();
  const probe = next.probe(again.PrinterProtocol);
  (await next.spawn(again.Greeter, { printer: probe.ref })).tell.greet('Dee');
  await probe.expect('print', { text: 'Hello, Dee!' });
  await next.close();
});
