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
  const missing = table.entries.filter((entry) => typeof object[entry.name] !== 'function');
  if (missing.length > 0) {
    throw new HandlerMismatchError(
      `'${name}' has no handler for ${missing.map((entry) => `'${entry.name}'`).join(', ')}`,
    );
  }
  if (isLiteral(object)) {
    const unknown = Object.keys(object).filter(
      (key) => typeof object[key] === 'function' && !knows(table, key),
    );
    if (unknown.length > 0) {
      throw new HandlerMismatchError(
        `'${name}' has handlers that its protocol doesn't name: ${unknown.map((key) => `'${key}'`).join(', ')}`,
      );
    }
  }
  return table.entries.map((entry) => object[entry.name]!);
}

function knows(table: ProtocolTable, name: string): boolean {
  return table.entries.some((entry) => entry.name === name);
}

function isLiteral(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype;
}
