// A lent ref, from the other side: calls, errors, and what happens when somebody goes.
import { readFile } from 'node:fs/promises';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import * as comlink from 'comlink';
import { exposeRef, type Ref, type System } from '../../lib/index.ts';
import {
  AskTimeoutError,
  InvalidMessageError,
  InvalidOptionError,
  RemoteCallLimitError,
  RemoteClosedError,
  type RemoteRef,
  type RemoteRefOptions,
  remoteRef,
  UncloneableValueError,
} from '../../lib/remote/index.ts';
import { Companion, Counter, Echo, OutOfStockError, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { type PortKind, portKinds, portPair } from '../fixtures/ports.ts';
import { Program } from '../fixtures/programs.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const never = { timeoutMs: Number.POSITIVE_INFINITY };

/** A ref lent over a channel of Node's whose lender's end is of some kind. */
function lent<T>(t: ExecutionContext, ref: Ref<T>, kind: PortKind, options?: RemoteRefOptions): RemoteRef<T> {
  const [near, far] = portPair(kind);
  exposeRef(ref, near);
  t.teardown(() => far.close());
  return remoteRef<T>(far, options);
}

for (const kind of portKinds) {
  test.serial(`a ref lent over ${kind} is told, sent and asked, in order`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const counter = lent(t, await system.spawn(Counter, { start: 1 }), kind);
    const calls = [counter.tell.add(2), counter.send.add(3), counter.ask.total(), counter.tell.reset()];
    t.deepEqual(await Promise.all(calls), [true, undefined, 6, true]);
    t.is(await counter.ask.total(), 0);
  });

  test.serial(`the foreign side may have ${kind} too`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const [near, far] = portPair(kind);
    t.teardown(() => far.close());
    exposeRef(await system.spawn(Counter, { start: 4 }), far);
    t.is(await remoteRef<typeof Counter>(near).ask.total(), 4);
  });

  test.serial(`errors over ${kind} keep class, name, message, code, issues and cause`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const counter = lent(t, await system.spawn(Counter, {}), kind);
    for (const call of [counter.tell.add, counter.send.add]) {
      const invalid = await failureOf(call('two' as never));
      t.true(invalid instanceof InvalidMessageError);
      t.regex(invalid.message, /message 'add' to 1\/test\/Counter/);
      t.is((invalid as InvalidMessageError).issues[0]?.code, 'invalid_type');
    }
    const trouble = lent(t, await system.spawn(Troublemaker), kind, { errors: [OutOfStockError] });
    const listed = await failureOf(trouble.ask.throwListed(3));
    t.true(listed instanceof OutOfStockError);
    t.like(listed, { name: 'OutOfStockError', message: 'only 3 left', code: 'E_OUT_OF_STOCK', left: 3 });
    const unlisted = await failureOf(trouble.ask.throwUnlisted());
    t.like(unlisted, { message: 'nobody knows my class', code: 'E_UNLISTED' });
    t.true(unlisted.cause instanceof RangeError);
    t.regex(unlisted.stack ?? '', /throwUnlisted/);
  });

  test.serial(`an abort over ${kind} rejects the call and reaches the handler`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const trouble = lent(t, await system.spawn(Troublemaker), kind);
    const controller = new AbortController();
    const begun = nextEvent(system, 'log');
    const waiting = failureOf(trouble.ask.whenAborted(undefined, { ...never, signal: controller.signal }));
    await begun;
    controller.abort(new RangeError('changed my mind'));
    t.is((await waiting).message, 'changed my mind');
    t.is(await trouble.ask.abortReason(), 'AbortError');
    const already = AbortSignal.abort(new RangeError('before'));
    t.is((await failureOf(trouble.ask.node(undefined, { signal: already }))).message, 'before');
  });

  test.serial(`a ref lent over ${kind} that is taken back rejects what is open and what comes`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const [near, far] = portPair(kind);
    t.teardown(() => far.close());
    const exposure = exposeRef(await system.spawn(Troublemaker), near);
    const trouble = remoteRef<typeof Troublemaker>(far);
    t.is(await trouble.ask.node(), 1);
    const open = failureOf(trouble.ask.never(undefined, never));
    exposure.close();
    t.true((await open) instanceof RemoteClosedError);
    t.true(trouble.closed);
    t.true((await failureOf(trouble.ask.node())) instanceof RemoteClosedError);
  });

  test.serial(`a foreign side that gives its ref over ${kind} back has its asks aborted`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const ref = await system.spawn(Troublemaker);
    const trouble = lent(t, ref, kind);
    const begun = nextEvent(system, 'log');
    const open = failureOf(trouble.ask.whenAborted(undefined, never));
    await begun;
    trouble.close();
    t.true((await open) instanceof RemoteClosedError);
    t.is(await ref.ask.abortReason(), 'AbortError');
  });
}

test.serial('a call that is not answered in time rejects, and its handler is told', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const ref = await system.spawn(Troublemaker);
  const trouble = lent(t, ref, "Node's MessagePort", { timeoutMs: 1000 });
  const late = await failureOf(trouble.ask.whenAborted());
  t.true(late instanceof AskTimeoutError);
  t.regex(late.message, /didn't answer 'whenAborted' within 1000 ms/);
  t.is(await ref.ask.abortReason(), 'AbortError');
  t.true((await failureOf(trouble.ask.node(undefined, { timeoutMs: 0 }))) instanceof InvalidOptionError);
});

test.serial('a call to a side that never answers at all rejects in time', async (t) => {
  const { port1, port2 } = new MessageChannel();
  t.teardown(() => port1.close());
  const error = await failureOf(remoteRef<typeof Counter>(port2).ask.total(undefined, { timeoutMs: 30 }));
  t.true(error instanceof AskTimeoutError);
});

test.serial(
  'when the far end of a port is closed, open calls reject and open asks are aborted',
  async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const ref = await system.spawn(Troublemaker);
    const { port1, port2 } = new MessageChannel();
    exposeRef(ref, port1);
    const trouble = remoteRef<typeof Troublemaker>(port2);
    t.is(await trouble.ask.node(), 1);
    const begun = nextEvent(system, 'log');
    const open = failureOf(trouble.ask.whenAborted(undefined, never));
    await begun;
    port2.close();
    t.true((await open) instanceof RemoteClosedError);
    t.is(await ref.ask.abortReason(), 'AbortError');
  },
);

test.serial('when a worker that lends a ref dies, open calls reject', async (t) => {
  const worker = new Worker(new URL('../fixtures/workerFiles/lender.js', import.meta.url));
  t.teardown(() => worker.terminate());
  const trouble = remoteRef<typeof Troublemaker>(worker, { timeoutMs: 30_000 });
  t.is(await trouble.ask.node(), 0, 'calls wait until the worker listens');
  const open = failureOf(trouble.ask.never(undefined, never));
  await worker.terminate();
  t.true((await open) instanceof RemoteClosedError);
});

test.serial('calls that come at once wait for Comlink in order', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const counter = lent(t, await system.spawn(Counter, {}), "Node's MessagePort");
  const totals = Array.from({ length: 100 }, (_, n) => [counter.tell.add(n), counter.ask.total()]);
  const answers = await Promise.all(totals.flat());
  t.is(answers.at(-1), 4950);
});

test.serial('no more calls are open at a time than allowed', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const { port1, port2 } = new MessageChannel();
  t.teardown(() => port2.close());
  exposeRef(await system.spawn(Troublemaker), port1, { callsMax: 2 });
  const trouble = remoteRef<typeof Troublemaker>(port2);
  t.is(await trouble.ask.node(), 1);
  const open = [1, 2].map(() => failureOf(trouble.ask.never(undefined, { timeoutMs: 200 })));
  const error = await failureOf(trouble.ask.node());
  t.true(error instanceof RemoteCallLimitError);
  t.regex(error.message, /2 calls through this endpoint are open/);
  for (const failure of await Promise.all(open)) t.true(failure instanceof AskTimeoutError);
});

test.serial(
  'a reply with a ref in it, and a message with a function, are refused with what to do',
  async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const companion = lent(t, await system.spawn(Companion), "Node's MessagePort");
    const reply = await failureOf(companion.ask.self());
    t.true(reply instanceof UncloneableValueError);
    t.regex(reply.message, /a ref stays within it: lend that one by exposeRef too/);
    const echo = lent(t, await system.spawn(Echo), "Node's MessagePort");
    const message = await failureOf(echo.ask.anything(() => 1));
    t.true(message instanceof UncloneableValueError);
    t.deepEqual(await echo.ask.date(new Date(5)), new Date(5), 'the ref goes on');
  },
);

test.serial('a buffer in a message can be given away', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const echo = lent(t, await system.spawn(Echo), "Node's MessagePort");
  const bytes = new Uint8Array([1, 2, 3]);
  t.deepEqual(await echo.ask.bytes(bytes, { transfer: [bytes.buffer] }), new Uint8Array([1, 2, 3]));
  t.is(bytes.byteLength, 0);
});

test.serial('nothing but Comlink is needed to use a lent ref', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const { port1, port2 } = new MessageChannel();
  exposeRef(await system.spawn(Counter, {}), port1);
  const counter = comlink.wrap(port2 as unknown as comlink.Endpoint) as unknown as PlainCounter;
  t.teardown(() => port2.close());
  t.true(await counter.tell.add(2));
  await counter.send.add(3);
  t.is(await counter.ask.total(), 5);
  t.is(await counter.ask.total({ timeoutMs: 1000 }), 5);
  const error = await failureOf(counter.tell.add('two' as never) as Promise<unknown>);
  t.like(error, { name: 'InvalidMessageError' });
});

test.serial('a window is listened to only from the origins that are named', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const target = new EventTarget();
  const answers: unknown[] = [];
  const endpoint = Object.assign(target, { postMessage: (message: unknown) => answers.push(message) });
  exposeRef(await system.spawn(Counter, {}), endpoint as never, { origins: ['https://app.example'] });
  const call = (id: string, origin: string) => {
    const data = { id, type: 'APPLY', path: ['tell', 'nothing'], argumentList: [] };
    target.dispatchEvent(Object.assign(new Event('message'), { data, origin }));
  };
  call('evil', 'https://evil.example');
  call('good', 'https://app.example');
  t.deepEqual(
    answers.map((answer) => (answer as { id: string }).id),
    ['good'],
  );
});

/** What Comlink makes of a lent counter: it has no types for objects of functions. */
interface PlainCounter {
  readonly tell: { add(n: number): Promise<boolean> };
  readonly send: { add(n: number): Promise<void> };
  readonly ask: { total(options?: { timeoutMs: number }): Promise<number> };
}

/** Posts a message of Comlink's by hand; resolves with its answer. */
function post(
  port: MessagePort,
  message: object,
): Promise<{ name?: string; value: { value?: { message: string } } }> {
  const id = `raw-${Math.random()}`;
  return new Promise((resolve) => {
    const hear = (answer: { id?: string }): void => {
      if (answer?.id !== id) return;
      port.off('message', hear);
      resolve(answer as never);
    };
    port.on('message', hear);
    port.postMessage({ id, ...message });
  });
}

async function lentRaw(t: ExecutionContext): Promise<[MessagePort, Ref<typeof Counter>, System]> {
  const system = await systemFor(t, { threads: 1 });
  const counter = await system.spawn(Counter, { start: 7 });
  const { port1, port2 } = new MessageChannel();
  t.teardown(() => port2.close());
  exposeRef(counter, port1);
  return [port2, counter as Ref<typeof Counter>, system];
}

test.serial('a foreign side reaches the messages of the protocol and nothing else', async (t) => {
  const [port, counter] = await lentRaw(t);
  const raw = (value: unknown) => ({ type: 'RAW', value });
  const code = raw('globalThis.broken = true');
  const attempts = [
    { type: 'APPLY', path: ['tell', 'add', 'constructor', 'constructor'], argumentList: [code] },
    { type: 'APPLY', path: ['call', 'constructor'], argumentList: [code] },
    { type: 'APPLY', path: ['tell', 'constructor'], argumentList: [code] },
    { type: 'APPLY', path: ['tell', '__proto__'], argumentList: [code] },
    { type: 'APPLY', path: ['tell', 'total'], argumentList: [] },
    { type: 'APPLY', path: [], argumentList: [] },
    { type: 'APPLY', path: 'call', argumentList: [] },
    { type: 'APPLY', path: [['tell'], 'add'], argumentList: [raw(1)] },
    { type: 'GET', path: ['call'] },
    { type: 'SET', path: ['call'], value: raw(1) },
    { type: 'CONSTRUCT', path: ['call'], argumentList: [] },
    { type: 'ENDPOINT' },
    // Comlink would throw this one outside of any promise, and end the process.
    {
      type: 'APPLY',
      path: ['tell', 'add'],
      argumentList: [
        { type: 'HANDLER', name: 'throw', value: { isError: true, value: { message: 'gotcha' } } },
      ],
    },
    { type: 'APPLY', path: ['tell', 'add'], argumentList: [{ type: 'HANDLER', name: 'proxy', value: null }] },
    { type: 'APPLY', path: ['tell', 'add'], argumentList: 'many' },
    { type: 'APPLY', path: ['tell', 'add'], argumentList: [null] },
    { type: 'APPLY', path: ['tell', 'add'], argumentList: Array.from({ length: 100 }, () => raw(1)) },
  ];
  for (const attempt of attempts) {
    const answer = await post(port, attempt);
    t.is(answer.name, 'throw', JSON.stringify(attempt));
    t.regex(answer.value.value?.message ?? '', /^a lent ref /, JSON.stringify(attempt));
  }
  t.is((globalThis as { broken?: boolean }).broken, undefined);
  t.is(await counter.ask.total(), 7);
});

test.serial(
  'calls of our own with anything in them are refused, and what is no call is ignored',
  async (t) => {
    const [port, counter] = await lentRaw(t);
    const call = async (...values: unknown[]) => {
      const argumentList = values.map((value) => ({ type: 'RAW', value }));
      const answer = await post(port, { type: 'APPLY', path: ['call'], argumentList });
      return answer.value as { ok?: boolean };
    };
    for (const values of [
      [],
      [1, 'tell'],
      [1, 'constructor', 'add', 1, 1],
      [1, 'tell', 'total', 1, 1],
      [1, 'ask', 'add', 1, 1],
      [1, 'ask', 'hasOwnProperty', 1, 1],
      [1, 'ask', { toString: 1 }, 1, 1],
      [1, 'ask', 'total', undefined, 'soon'],
      [1, 'tell', 'add', 'x', 1],
    ]) {
      t.is((await call(...values)).ok, false, JSON.stringify(values));
    }
    const open = call(3, 'ask', 'total', undefined, 1000);
    t.false((await call(3, 'ask', 'total', undefined, 1000)).ok, 'a number that is taken');
    t.true((await open).ok);
    for (const junk of [null, 1, 'text', {}, { id: 1, type: 'APPLY' }, { id: 'x' }, [], new Map()])
      port.postMessage(junk);
    t.like(await call(2, 'ask', 'total', undefined, 1000), { ok: true, value: 7 });
    t.is(await counter.ask.total(), 7);
  },
);

test.serial('what is no ref, no endpoint or no limit is refused', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const counter = await system.spawn(Counter, {});
  const { port1 } = new MessageChannel();
  t.teardown(() => port1.close());
  t.throws(() => exposeRef({} as never, port1), { instanceOf: InvalidOptionError });
  t.throws(() => exposeRef(counter, {} as never), { message: /an endpoint has postMessage/ });
  t.throws(() => remoteRef(undefined as never), { message: /an endpoint has postMessage/ });
  for (const callsMax of [0, 1.5, 2_000_000]) {
    t.throws(() => exposeRef(counter, port1, { callsMax }), { instanceOf: InvalidOptionError });
  }
});

test.serial('a lent ref is taken back when its system closes, and then holds no process open', async (t) => {
  const program = await Program.start(
    t,
    `
    const { MessageChannel } = await import('node:worker_threads');
    const { remoteRef } = await import(${JSON.stringify(import.meta.resolve('thrum/remote'))});
    const system = await thrum.createSystem({ threads: 1 });
    const { port1, port2 } = new MessageChannel();
    thrum.exposeRef(await system.spawn(actors.Counter, { start: 9 }), port1);
    const counter = remoteRef(port2);
    console.log(await counter.ask.total());
    await system.close();
    await counter.ask.total().catch((error) => console.log(error.code));
    `,
  );
  t.is(await program.ended, 0);
  t.deepEqual(program.lines, ['9', 'ERR_THRUM_REMOTE_CLOSED']);
});

test.serial('the foreign side needs Comlink and nothing of Node or zod', async (t) => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = async (url: URL): Promise<void> => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = (await readFile(url, 'utf8')).replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    for (const [, specifier] of source.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      if (specifier!.startsWith('.')) await visit(new URL(specifier!, url));
      else packages.add(specifier!);
    }
  };
  await visit(new URL('../../lib/remote/index.js', import.meta.url));
  t.true(seen.size >= 4);
  t.deepEqual([...packages], ['comlink']);
});
