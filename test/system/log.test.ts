// What the log says, how little of it in a flood, and where it goes.
import test from 'ava';
import { createSystem, InvalidOptionError, type LogEntry, type SystemEvent } from '../../lib/index.ts';
import { SystemLog } from '../../lib/system/log.ts';
import { Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { systemFor } from '../fixtures/systems.ts';

const logEvent = (level: 'debug' | 'info' | 'warn' | 'error', text: string): SystemEvent => ({
  type: 'log',
  node: 0,
  actor: '0/a',
  level,
  text,
  fields: undefined,
});

const deadLetter = (actor: string, count = 1): SystemEvent => ({
  type: 'deadLetter',
  node: 0,
  actor,
  message: 'm',
  reason: 'stopped',
  count,
});

const refused = (actor: string): SystemEvent => ({ type: 'tellRefused', node: 0, actor, message: 'm' });

function linesOf(events: readonly SystemEvent[]): string[] {
  const lines: string[] = [];
  const log = new SystemLog('warn', (line) => lines.push(line));
  for (const event of events) log.listener(event);
  log.flush();
  return lines;
}

test('a flood of dead letters to many targets is summed up in a bounded number of lines', (t) => {
  const lines = linesOf(Array.from({ length: 2000 }, (_, i) => deadLetter(`0/a${i % 100}`, 2)));
  t.is(lines.length, 1 + 20 + 1);
  t.is(lines[0], "thrum warn: 2 dead letters: 'm' to 0/a0 (stopped)");
  t.is(lines[1], "thrum warn: 40 more dead letters: 'm' to 0/a1 (stopped)");
  // All 4,000 are told: 2 at once, 20 targets with 40 each, and the rest together.
  t.is(lines.at(-1), 'thrum warn: and 3198 more dead letters for 80 other targets');
});

test('each target that pushes back is named once, and not too many of them', (t) => {
  const names = Array.from({ length: 50 }, (_, i) => `0/a${i}`);
  const lines = linesOf([...names, ...names].map(refused));
  t.is(lines.length, 21);
  t.regex(lines[0]!, /^thrum warn: 0\/a0 pushes back: tell 'm' on node 0 returned false/);
  t.is(lines.at(-1), 'thrum warn: and 30 other actors pushed back');
});

test('an error that does not tell where it was made is logged with what it says', (t) => {
  const error = Object.defineProperty(new Error('boom'), 'stack', {
    get() {
      throw new Error('no stack');
    },
  });
  const failed = { type: 'failed', node: 0, actor: '0/a', during: 'run', directive: 'stop', error } as const;
  const down = { type: 'nodeDown', node: 1, error: new Error('node 1 went down', { cause: error }) } as const;
  t.deepEqual(linesOf([failed, down] as readonly SystemEvent[]), [
    "thrum error: [0/a] failed in 'run' and stops: Error: boom",
    'thrum error: node 1 went down\nError: boom',
  ]);
});

test('an error among the fields of an entry is written with its trace', (t) => {
  const error = new Error('in a field');
  const entry: SystemEvent = {
    ...{ type: 'log', node: 0, actor: '0/a', level: 'warn', text: 'so' },
    fields: { error, big: 5n },
  };
  t.deepEqual(linesOf([entry]), [`thrum warn: [0/a] so ${JSON.stringify({ error: error.stack, big: '5' })}`]);
});

test('slow handlers are told with what is known of them', (t) => {
  const slow = { type: 'slowHandler', node: 1, actor: '1/a', during: 'sort', ms: 250.4 } as const;
  t.deepEqual(
    linesOf([
      { ...slow, messages: 1, count: 1 },
      { ...slow, messages: 9, count: 3 },
    ]),
    [
      "thrum warn: 1/a held node 1 for 250 ms with 'sort'",
      "thrum warn: 1/a held node 1 for 250 ms with 9 messages up to 'sort' (3 times since this was last said)",
    ],
  );
});

test('a function gets every entry with its event, a logger each by its level', (t) => {
  const events = (['debug', 'info', 'warn', 'error'] as const).map((level) => logEvent(level, `a ${level}`));
  const entries: LogEntry[] = [];
  const toFunction = new SystemLog((entry) => entries.push(entry));
  for (const event of events) toFunction.listener(event);
  t.deepEqual(
    entries,
    events.map((event) => ({
      level: (event as { level: LogEntry['level'] }).level,
      text: `[0/a] a ${(event as { level: string }).level}`,
      event,
    })),
  );
  const lines: string[] = [];
  class Logger {
    private readonly name = 'mine';
    debug(text: string) {
      lines.push(`${this.name} debug ${text}`);
    }
    info(text: string) {
      lines.push(`${this.name} info ${text}`);
    }
    warn(text: string) {
      lines.push(`${this.name} warn ${text}`);
    }
    error(text: string) {
      lines.push(`${this.name} error ${text}`);
    }
  }
  const toLogger = new SystemLog(new Logger());
  for (const event of events) toLogger.listener(event);
  t.deepEqual(lines, [
    'mine debug [0/a] a debug',
    'mine info [0/a] a info',
    'mine warn [0/a] a warn',
    'mine error [0/a] a error',
  ]);
});

test('an entry that stands for many dead letters has their number', (t) => {
  const entries: LogEntry[] = [];
  const log = new SystemLog((entry) => entries.push(entry));
  for (let i = 0; i < 10; i++) log.listener(deadLetter('0/a', 3));
  log.flush();
  t.deepEqual(
    entries.map(({ event }) => (event as { count: number }).count),
    [3, 27],
  );
});

test('a log that throws is told on standard error and breaks nothing', (t) => {
  const lines: string[] = [];
  const broken = new SystemLog(
    () => {
      throw new Error('disk full');
    },
    (line) => lines.push(line),
  );
  broken.listener(logEvent('info', 'x'));
  t.regex(lines.join(), /^thrum error: the log threw: Error: disk full/);
});

test('fields that JSON cannot write lose nothing but themselves', (t) => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const [big, round] = linesOf([
    { ...logEvent('warn', 'big'), fields: { n: 2n ** 64n } } as SystemEvent,
    { ...logEvent('warn', 'round'), fields: cycle } as SystemEvent,
  ]);
  t.is(big, 'thrum warn: [0/a] big {"n":"18446744073709551616"}');
  t.regex(round!, /^thrum warn: \[0\/a\] round \(fields that can't be written: /);
});

test.serial("createSystem takes a function that hears of an actor's failure on another thread", async (t) => {
  const entries: LogEntry[] = [];
  const system = await systemFor(t, { threads: 1, log: (entry) => entries.push(entry) });
  const victim = await system.spawn(Troublemaker, undefined, { name: 'victim' });
  await failureOf(victim.ask.throwListed(1));
  await system.close();
  const failed = entries.find(({ event }) => event.type === 'failed');
  t.is(failed?.level, 'error');
  t.regex(failed!.text, /^\[1\/victim\] failed in 'throwListed'.*only 1 left/);
});

test('a log that is none of these is refused', async (t) => {
  for (const log of ['loud', 5, {}, { debug() {}, info() {}, warn() {} }]) {
    await t.throwsAsync(createSystem({ threads: 0, log: log as never }), {
      instanceOf: InvalidOptionError,
      message: /log must be/,
    });
  }
  for (const slowHandlerMs of [0, -1, Number.NaN]) {
    await t.throwsAsync(createSystem({ threads: 0, slowHandlerMs }), { message: /slowHandlerMs/ });
  }
});
