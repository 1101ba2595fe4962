/** What the library and the actors export; an ES module is imported when the tests begin. */
let kit;
let actors;

beforeAll(async () => {
  kit = await import('thrum/test');
  actors = await import('../greeter.js');
});

let system;
let printer;
let greeter;

beforeEach(async () => {
  system = await kit.createTestSystem();
  printer = system.probe(actors.PrinterProtocol, 'printer');
  greeter = await system.spawn(actors.Greeter, { printer: printer.ref });
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
  await expect(greeter.ask.check('')).rejects.toThrow(actors.EmptyNameError);
});

test('what the kit checks can fail', async () => {
  greeter.tell.greet('');
  await expect(printer.next({ timeoutMs: 1 })).rejects.toThrow(kit.ExpectationError);
  const other = await kit.createTestSystem();
  (await other.spawn(actors.Greeter, { printer: other.probe(actors.PrinterProtocol).ref })).tell.greet('');
  const error = await other.close().catch((error) => error);
  expect(error).toBeInstanceOf(kit.UnexpectedEventsError);
  expect(error.message).toMatch(/failed in 'greet'/);
});

test("the runner's fake timers change nothing", async () => {
  jest.useFakeTimers();
  try {
    greeter.tell.greetLater({ name: 'Cay', afterMs: 1000 });
    await system.clock.advance(1000);
    await printer.expect('print', { text: 'Hello, Cay!' });
    await expect(printer.next({ timeoutMs: 1 })).rejects.toThrow(kit.ExpectationError);
    await system.close();
  } finally {
    jest.useRealTimers();
  }
});
