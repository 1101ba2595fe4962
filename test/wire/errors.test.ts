// An error that travels is the same error to whoever catches it: class, name, message, code, properties, causes.
import { types } from 'node:util';
import vm from 'node:vm';
import test from 'ava';
import fc from 'fast-check';
import {
  ActorStoppedError,
  type ErrorClass,
  InvalidMessageError,
  RemoteError,
  ThrumError,
} from '../../lib/protocol/errors.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { reviveError, type SerializedError, serializeError, stackOf } from '../../lib/wire/errorCodec.ts';
import { campaign, difference } from './support.ts';
import { structured, texts } from './values.ts';

class OutOfStockError extends Error {
  override readonly name = 'OutOfStockError';
  readonly code = 'E_OUT_OF_STOCK';
  readonly left: number;

  constructor(left: number, options?: ErrorOptions) {
    super(`only ${left} left`, options);
    this.left = left;
  }
}

class UnlistedError extends TypeError {
  readonly code = 'E_UNLISTED';
}

/** The error on the other side, through bytes. */
function travel(thrown: unknown, known: readonly ErrorClass[] = []): Error & Record<string, unknown> {
  const data = nodePlatform.deserialize(nodePlatform.serialize(serializeError(thrown, nodePlatform)));
  return reviveError(data as SerializedError, known) as Error & Record<string, unknown>;
}

/** The causes of an error, from the outermost on. */
function causesOf(error: Error): unknown[] {
  const causes: unknown[] = [];
  for (let cause = error.cause; cause !== undefined; cause = (cause as Error).cause) causes.push(cause);
  return causes;
}

test("JavaScript's own errors arrive as themselves", (t) => {
  for (const type of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    const sent = new type('what went wrong');
    const error = travel(sent);
    t.is(Object.getPrototypeOf(error), type.prototype);
    t.is(error.name, type.name);
    t.is(error.message, 'what went wrong');
    t.is(error.stack, sent.stack);
    t.deepEqual(Object.keys(error), []);
    t.true(types.isNativeError(error));
  }
});

test('what abort and timeout signals reject with arrives as itself, as a cause too', (t) => {
  const sent = new DOMException('too late', 'TimeoutError');
  const error = travel(sent);
  t.true(error instanceof DOMException && error instanceof Error);
  t.like(error, { name: 'TimeoutError', message: 'too late', code: 23, stack: sent.stack });
  t.is(String(error), 'TimeoutError: too late');
  t.is((travel(new Error('outer', { cause: sent })).cause as Error).name, 'TimeoutError');
  // On one node the class is known besides.
  t.is(travel(sent, [DOMException as unknown as ErrorClass]).name, 'TimeoutError');
  t.is(travel(AbortSignal.abort().reason).name, 'AbortError');
});

test('an error nothing of which can be read but its message arrives with that', (t) => {
  const refuse = (): never => {
    throw new Error('not to be read');
  };
  for (const name of ['stack', 'constructor', 'name', 'cause', 'extra']) {
    const hostile = Object.defineProperty(new TypeError('what it says'), name, {
      get: refuse,
      enumerable: true,
    });
    t.is(travel(hostile).message, 'what it says', name);
    t.is((travel(new Error('outer', { cause: hostile })).cause as Error).message, 'what it says', name);
    t.is(typeof stackOf(hostile), 'string');
  }
  const trap = new Proxy(new RangeError('behind a proxy'), {
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
  });
  t.is(travel(trap).message, 'behind a proxy');
  const errors = Object.defineProperty(new AggregateError([], 'many'), 'errors', { get: refuse });
  t.is(travel(errors).message, 'many');
  // What Error.prepareStackTrace makes of it is no text, and can't be cloned.
  const sites = Object.defineProperty(new Error('call sites'), 'stack', { value: [{ getFileName() {} }] });
  t.is(travel(sites).stack, 'Error: call sites');
  t.is(stackOf(sites), 'Error: call sites');
  class Numbered extends Error {}
  Object.defineProperty(Numbered, 'name', { value: 5 });
  t.is(travel(new Numbered('a class without a name')).name, 'Error');
});

test("this library's errors arrive as themselves, with code and issues", (t) => {
  const stopped = travel(new ActorStoppedError('0/a#1', 'add'));
  t.true(stopped instanceof ActorStoppedError && stopped instanceof ThrumError);
  t.is(stopped.name, 'ActorStoppedError');
  t.is(stopped.code, 'ERR_THRUM_ACTOR_STOPPED');
  const issues = [{ path: ['a', 0], message: 'expected string', code: 'invalid_type' }];
  const invalid = travel(new InvalidMessageError('it', issues));
  t.true(invalid instanceof InvalidMessageError);
  t.deepEqual(invalid.issues, issues);
});

test('a listed class arrives as itself, with its fields, without its constructor being called', (t) => {
  const error = travel(new OutOfStockError(3, { cause: new RangeError('why') }), [OutOfStockError]);
  t.true(error instanceof OutOfStockError);
  t.is(error.name, 'OutOfStockError');
  t.is(error.message, 'only 3 left');
  t.is(error.code, 'E_OUT_OF_STOCK');
  t.is(error.left, 3);
  t.true(error.cause instanceof RangeError);
});

test('a listed class is preferred to one of JavaScript with its name', (t) => {
  const Own = { RangeError: class extends Error {} }.RangeError;
  t.true(travel(new Own('x'), [Own]) instanceof Own);
});

test("an unlisted class arrives as a RemoteError that has the original's name and code", (t) => {
  const sent = new UnlistedError('nobody knows my class');
  const error = travel(sent);
  t.is(Object.getPrototypeOf(error), RemoteError.prototype);
  t.true(error instanceof Error);
  t.is(error.name, 'UnlistedError');
  t.is(error.message, 'nobody knows my class');
  t.is(error.code, 'E_UNLISTED');
  t.is(error.stack, sent.stack);
});

test('a name that was assigned is kept, whether the class is known or not', (t) => {
  for (const sent of [new Error('a'), new UnlistedError('b')]) {
    sent.name = 'Renamed';
    t.is(travel(sent).name, 'Renamed');
  }
  const hidden = Object.defineProperty(new Error('c'), 'name', { value: 'Hidden' });
  t.is(travel(hidden).name, 'Hidden');
});

test('message, stack, name and cause are hidden as they are on errors, fields are not', (t) => {
  const error = travel(new OutOfStockError(1, { cause: 'a text' }), [OutOfStockError]);
  t.deepEqual(Object.keys(error).sort(), ['code', 'left']);
  t.is(error.cause, 'a text');
  t.true(Object.hasOwn(error, 'cause'));
});

test('an error without a stack arrives with one that says what it is', (t) => {
  const sent = new RangeError('no stack');
  delete sent.stack;
  t.is(travel(sent).stack, 'RangeError: no stack');
});

test('causes arrive each as its class', (t) => {
  const sent = new Error('outer', {
    cause: new OutOfStockError(1, { cause: new URIError('inner', { cause: 42n }) }),
  });
  const [outer, inner, value, ...more] = causesOf(travel(sent, [OutOfStockError]));
  t.true(outer instanceof OutOfStockError);
  t.true(inner instanceof URIError);
  t.is(value, 42n);
  t.deepEqual(more, []);
});

test('errors that are their own cause, or the cause of their cause, arrive cut short', (t) => {
  const alone = new Error('alone');
  alone.cause = alone;
  const [one, other] = [new Error('one'), new TypeError('other')];
  one.cause = other;
  other.cause = one;
  for (const sent of [alone, one]) {
    const causes = causesOf(travel(sent));
    t.true(causes.length > 0 && causes.length < 100);
    t.true(causes.every((cause) => cause instanceof Error));
  }
});

test('a chain of a thousand causes arrives cut short', (t) => {
  let sent = new Error('innermost');
  for (let i = 0; i < 1000; i++) sent = new Error(`level ${i}`, { cause: sent });
  const causes = causesOf(travel(sent));
  t.true(causes.length > 0 && causes.length < 1000);
});

test('an AggregateError keeps its errors, those that are none included', (t) => {
  const sent = new AggregateError([new OutOfStockError(1), new TypeError('t'), 'a text'], 'several');
  const error = travel(sent, [OutOfStockError]) as Error as AggregateError;
  t.true(error instanceof AggregateError);
  t.is(error.message, 'several');
  t.true(error.errors[0] instanceof OutOfStockError);
  t.true(error.errors[1] instanceof TypeError);
  t.regex(error.errors[2].message, /a text/);
  t.deepEqual(Object.keys(error), []);
});

test('AggregateErrors that contain themselves arrive cut short', (t) => {
  const alone = new AggregateError([], 'alone');
  alone.errors.push(alone, new Error('and another'));
  const error = travel(alone) as Error as AggregateError;
  t.true(error instanceof AggregateError);
  t.is(error.message, 'alone');
  const wrapped = new AggregateError([], 'wrapped');
  wrapped.errors.push(new Error('by a cause', { cause: wrapped }));
  t.is(travel(wrapped).message, 'wrapped');
});

test('an AggregateError whose errors were overwritten arrives', (t) => {
  const sent = new AggregateError([], 'broken');
  (sent as { errors: unknown }).errors = undefined;
  t.is(travel(sent).message, 'broken');
});

test("own properties that can't be cloned are dropped, and the others arrive", (t) => {
  const sent = Object.assign(new Error('with properties'), {
    run: () => 1,
    inside: { deep: [() => 1] },
    symbol: Symbol('s'),
    promise: Promise.resolve(),
    code: 'E_KEPT',
    details: { when: new Date(5), tags: new Set(['a']) },
    nothing: undefined,
  });
  const error = travel(sent);
  t.deepEqual(Object.keys(error).sort(), ['code', 'details', 'nothing']);
  t.deepEqual(error.details, { when: new Date(5), tags: new Set(['a']) });
});

test("a cause that can't be cloned is dropped", (t) => {
  const error = travel(new Error('outer', { cause: () => 1 }));
  t.is(error.message, 'outer');
  t.is(error.cause, undefined);
});

test('a property that throws when it is read costs only itself', (t) => {
  const sent = Object.defineProperty(Object.assign(new Error('getter'), { code: 'E_KEPT' }), 'bad', {
    enumerable: true,
    get() {
      throw new Error('from the getter');
    },
  });
  const error = travel(sent);
  t.is(error.message, 'getter');
  t.is(error.code, 'E_KEPT');
  t.false('bad' in error);
});

test('an error of another realm arrives as an error with its message', (t) => {
  const error = travel(vm.runInNewContext("new TypeError('from elsewhere')"));
  t.regex(error.message, /from elsewhere/);
});

test("what is thrown and isn't an error becomes one that says so, with the value as its cause", (t) => {
  for (const thrown of ['a text', 7, -0, 8n, null, undefined, true, ['list'], { code: 'E' }, new Date(1)]) {
    const error = travel(thrown);
    t.true(error instanceof Error);
    t.regex(error.message, /a value that isn't an Error was thrown: /);
    t.is(difference(error.cause, thrown), undefined);
  }
});

test("what is thrown and can't even be printed or cloned becomes an error, too", (t) => {
  const unprintable = {
    toString() {
      throw new Error('no text');
    },
  };
  for (const thrown of [
    Object.create(null),
    unprintable,
    [Object.create(null)],
    Symbol('s'),
    () => 1,
    Promise.resolve(),
  ]) {
    const error = travel(thrown);
    t.true(error instanceof Error);
    t.regex(error.message, /a value that isn't an Error was thrown: /);
  }
});

test('any message, code, properties and cause arrive as they were', (t) => {
  const names = texts.filter(
    (name) => !(name in Error.prototype) && !['cause', 'stack', 'errors', '__proto__'].includes(name),
  );
  const properties = fc.dictionary(names, structured, { maxKeys: 4, noNullPrototype: true });
  fc.assert(
    fc.property(texts, properties, structured, (message, fields, cause) => {
      const error = travel(Object.assign(new Error(message, { cause }), fields));
      const found =
        difference({ ...error }, fields) ??
        difference(error.message, message) ??
        difference(error.cause, cause);
      if (found !== undefined) throw new Error(found);
    }),
    campaign(500),
  );
  t.pass();
});
