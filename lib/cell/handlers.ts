// A behaviour's handlers by message index, checked against the protocol when the actor starts.
import { HandlerMismatchError } from '../protocol/errors.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';

export type Handler = (message: unknown) => unknown;
export type Behaviour = Record<string, Handler>;

/**
 * The handler of each message. An object literal may have no other functions (a typo would go unnoticed); a
 * class instance may, they are its own methods.
 *
 * @throws `HandlerMismatchError`
 */
export function resolveHandlers(name: string, table: ProtocolTable, behaviour: unknown): readonly Handler[] {
  if (typeof behaviour !== 'object' || behaviour === null) {
    throw new HandlerMismatchError(
      `create of '${name}' must return an object of handlers, not ${typeof behaviour}`,
    );
  }
  if (typeof (behaviour as { then?: unknown }).then === 'function' && !knows(table, 'then')) {
    throw new HandlerMismatchError(
      `create of '${name}' returned a promise: make the behaviour synchronously and load what it needs in a message`,
    );
  }
  const object = behaviour as Behaviour;
  const handlers: Handler[] = [];
  for (const entry of table.entries) {
    const handler = object[entry.name];
    if (typeof handler !== 'function') throw missing(name, table, object);
    handlers.push(handler);
  }
  if (isLiteral(object)) refuseUnknown(name, table, object);
  return handlers;
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
