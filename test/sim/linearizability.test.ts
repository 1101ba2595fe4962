// The checker, on histories whose verdict is known, and against a search through every order.
import test from 'ava';
import fc from 'fast-check';
import {
  checkLinearizable,
  History,
  type Model,
  type Operation,
  type RegisterInput,
  registers,
} from '../../lib/sim/index.ts';

type Op = Operation<RegisterInput, unknown>;
const infinity = Number.POSITIVE_INFINITY;

function write(value: number, begin: number, end: number, key = 'x'): Op {
  return {
    client: 'w',
    input: { kind: 'write', key, value },
    output: end === infinity ? undefined : 'ok',
    begin,
    end,
  };
}

function read(value: number | undefined, begin: number, end: number, key = 'x'): Op {
  return {
    client: 'r',
    input: { kind: 'read', key },
    output: end === infinity ? undefined : { value },
    begin,
    end,
  };
}

const good: [string, Op[]][] = [
  ['nothing', []],
  ['a read of what was there at first', [read(undefined, 1, 2)]],
  ['a read after a write', [write(1, 1, 2), read(1, 3, 4)]],
  ['a read beside a write sees the old value', [write(1, 1, 4), read(undefined, 2, 3)]],
  ['a read beside a write sees the new value', [write(1, 1, 4), read(1, 2, 3)]],
  [
    'two reads beside a write see the old value, then the new',
    [write(1, 1, 6), read(undefined, 2, 3), read(1, 4, 5)],
  ],
  ['a write without an answer that took effect', [write(1, 1, infinity), read(1, 2, 3)]],
  ['a write without an answer that never did', [write(1, 1, infinity), read(undefined, 2, 3)]],
  [
    'a write without an answer that takes effect late',
    [write(1, 1, infinity), read(undefined, 2, 3), read(1, 4, 5)],
  ],
  [
    'two keys, each by itself',
    [write(1, 1, 2, 'x'), write(2, 3, 4, 'y'), read(1, 5, 6, 'x'), read(2, 7, 8, 'y')],
  ],
];
const bad: [string, Op[]][] = [
  ['a read of what nobody wrote', [write(1, 1, 2), read(2, 3, 4)]],
  ['a read that misses a write that was answered', [write(1, 1, 2), read(undefined, 3, 4)]],
  [
    'two reads beside a write see the new value, then the old',
    [write(1, 1, 6), read(1, 2, 3), read(undefined, 4, 5)],
  ],
  [
    'two readers see two writes in different orders',
    [write(1, 1, 2), write(2, 1, 2), read(1, 3, 4), read(2, 5, 6), read(1, 7, 8)],
  ],
  [
    'a write without an answer takes effect and is undone',
    [write(1, 1, infinity), read(1, 2, 3), read(undefined, 4, 5)],
  ],
  [
    'only one of two keys is wrong',
    [write(1, 1, 2, 'x'), read(1, 3, 4, 'x'), write(2, 1, 2, 'y'), read(undefined, 3, 4, 'y')],
  ],
];

for (const [title, operations] of good) {
  test(`linearizable: ${title}`, (t) => t.is(checkLinearizable(operations, registers).linearizable, true));
}
for (const [title, operations] of bad) {
  test(`not linearizable: ${title}`, (t) => {
    const verdict = checkLinearizable(operations, registers);
    t.is(verdict.linearizable, false);
    t.true(verdict.operations!.length > verdict.explained!.length);
  });
}

test('the part that is wrong is named', (t) => {
  t.is(checkLinearizable(bad.at(-1)![1], registers).partition, 'y');
});

/** Whether some order of the operations, in which none comes before one that ended earlier, explains them. */
function bruteForce(operations: readonly Op[], state: unknown = undefined): boolean {
  if (operations.every(({ end }) => end === infinity)) return true;
  return operations.some((operation, index) => {
    if (operations.some((other) => other.end < operation.begin)) return false;
    const output = operation.end === infinity ? undefined : operation.output;
    const stepped = registers.step(state, operation.input, output);
    if (stepped === undefined) return false;
    return bruteForce(
      operations.filter((_, other) => other !== index),
      stepped.state,
    );
  });
}

const anyOperation = fc.record({
  kind: fc.constantFrom('read', 'write'),
  value: fc.integer({ min: 1, max: 2 }),
  begin: fc.integer({ min: 0, max: 12 }),
  lasts: fc.integer({ min: 1, max: 6 }),
  open: fc.integer({ min: 0, max: 7 }),
});

test('it says what a search through every order says', (t) => {
  const counts = { true: 0, false: 0 };
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 7 }), (drafts) => {
      // Times of their own: begins and ends that are equal have no order.
      const operations = drafts.map(({ kind, value, begin, lasts, open }, i) => {
        const end = open === 0 ? infinity : begin + lasts + (i + 20) / 100;
        return kind === 'read' ? read(value, begin + i / 100, end) : write(value, begin + i / 100, end);
      });
      const expected = bruteForce(operations);
      counts[`${expected}`]++;
      t.is(checkLinearizable(operations, registers).linearizable, expected, JSON.stringify(operations));
    }),
    { numRuns: 3000, seed: 1 },
  );
  t.true(counts.true > 300 && counts.false > 300, JSON.stringify(counts));
});

test('a thousand concurrent operations on one key are judged', (t) => {
  const operations = Array.from({ length: 1000 }, (_, i) =>
    i % 2 === 0 ? write(i, i * 2, i * 2 + 7) : read(i - 1, i * 2, i * 2 + 7),
  );
  t.is(checkLinearizable(operations, registers).linearizable, true);
});

test('a search that is too long is given up, and says so', (t) => {
  const counter: Model<number, 'add' | number, number> = {
    initial: () => 0,
    step: (state, input, output) => {
      if (input === 'add') return { state: state + 1 };
      return output === undefined || output === -1 ? undefined : { state };
    },
  };
  const operations: Operation<'add' | number, number>[] = Array.from({ length: 20 }, (_, i) => ({
    client: i,
    input: i === 0 ? 0 : 'add',
    output: -1,
    begin: i,
    end: 100 + i,
  }));
  t.is(checkLinearizable(operations, counter, { stepsMax: 1000 }).linearizable, undefined);
});

test('a history keeps what was answered, what is open, and not what certainly failed', async (t) => {
  const history = new History<string, number>();
  t.is(await history.record('a', 'one', async () => 1), 1);
  await t.throwsAsync(history.record('a', 'two', () => Promise.reject(new Error('lost'))));
  await t.throwsAsync(
    history.record(
      'a',
      'three',
      () => Promise.reject(new Error('refused')),
      () => true,
    ),
  );
  t.deepEqual(
    history.operations.map(({ input, output, end }) => [input, output, end === infinity]),
    [
      ['one', 1, false],
      ['two', undefined, true],
    ],
  );
});
