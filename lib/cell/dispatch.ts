// How a message reaches its handler: by a function made once per protocol, which calls the behaviour's method of
// that index. A cell needs no table of its own for it, and V8 learns each protocol's behaviours apart.
import { HandlerMismatchError } from '../protocol/errors.ts';
import { canGenerate } from '../wire/generated.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';

export type Handler = (message: unknown) => unknown;
export type Behaviour = Record<string, Handler>;

/** Calls the handler of message `index`. */
type Dispatch = (behaviour: Behaviour, index: number, message: unknown) => unknown;

export interface Dispatcher {
  readonly dispatch: Dispatch;
  /** How many of the protocol's messages the object has a function for. */
  readonly count: (behaviour: Behaviour) => number;
}

const dispatchers = new WeakMap<ProtocolTable, Dispatcher>();

export function dispatcherOf(table: ProtocolTable): Dispatcher {
  let dispatcher = dispatchers.get(table);
  if (dispatcher === undefined) {
    dispatcher = canGenerate() ? generated(table) : interpreted(table);
    dispatchers.set(table, dispatcher);
  }
  return dispatcher;
}

function interpreted({ entries }: ProtocolTable): Dispatcher {
  return {
    dispatch: (behaviour, index, message) => behaviour[entries[index]!.name]!(message),
    count: (behaviour) => entries.filter((entry) => typeof behaviour[entry.name] === 'function').length,
  };
}

function generated({ entries }: ProtocolTable): Dispatcher {
  const names = entries.map((entry) => JSON.stringify(entry.name));
  const cases = names.map((name, index) => `case ${index}: return b[${name}](m);`);
  const checks = names.map((name) => `+(typeof b[${name}] === 'function')`);
  return {
    dispatch: new Function('b', 'i', 'm', `'use strict'; switch (i) { ${cases.join(' ')} }`) as Dispatch,
    count: new Function('b', `'use strict'; return 0 ${checks.join(' ')};`) as Dispatcher['count'],
  };
}

/**
 * Checks that a behaviour has the handlers of its protocol. An object literal may have no other functions (a typo
 * would go unnoticed); a class instance may, they are its own methods.
 *
 * @throws `HandlerMismatchError`
 */
export function checkHandlers(name: string, table: ProtocolTable, behaviour: unknown): Behaviour {
  if (typeof behaviour !== 'object' || behaviour === null) {
    throw new HandlerMismatchError(
      `create of '${name}' must return an object of handlers, not ${typeof behaviour}`,
    );
  }
  const object = behaviour as Behaviour;
  const promised = typeof (object as { then?: unknown }).then === 'function' && !knows(table, 'then');
  if (promised) {
    // What is wrong is said here; that it rejects as well shall not end the process.
    if (behaviour instanceof Promise) behaviour.catch(() => {});
    throw new HandlerMismatchError(
      `create of '${name}' returned a promise: make the behaviour synchronously and load what it needs in a message`,
    );
  }
  if (dispatcherOf(table).count(object) < table.entries.length) throw missing(name, table, object);
  if (isLiteral(object)) refuseUnknown(name, table, object);
  return object;
}

function missing(name: string, table: ProtocolTable, object: Behaviour): HandlerMismatchError {
  const names = table.entries.filter((entry) => typeof object[entry.name] !== 'function');
  return new HandlerMismatchError(
    `'${name}' has no handler for ${names.map((entry) => `'${entry.name}'`).join(', ')}`,
  );
}

function refuseUnknown(name: string, table: ProtocolTable, object: Behaviour): void {
  let functions = 0;
  for (const key in object) if (typeof object[key] === 'function') functions++;
  if (functions === table.entries.length) return;
  const unknown = Object.keys(object).filter(
    (key) => typeof object[key] === 'function' && !knows(table, key),
  );
  if (unknown.length === 0) return;
  throw new HandlerMismatchError(
    `'${name}' has handlers that its protocol doesn't name: ${unknown.map((key) => `'${key}'`).join(', ')}`,
  );
}

function knows(table: ProtocolTable, name: string): boolean {
  return table.entries.some((entry) => entry.name === name);
}

function isLiteral(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype;
}
