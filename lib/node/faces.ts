// The classes behind `ref.tell`, `ref.send` and `ref.ask`: made once per protocol, with a method for each message.
import { ThrumError } from '../protocol/errors.ts';
import type { AskOptions } from '../protocol/ref.ts';
import { type Codec, notParsed } from '../wire/codec.ts';
import { canGenerate } from '../wire/generated.ts';
import type { MessageEntry, ProtocolTable } from '../wire/protocolTable.ts';
import type { ActorRef } from './refs.ts';

export type Face = object;

export interface Faces {
  readonly tell: new (ref: ActorRef) => Face;
  readonly send: new (ref: ActorRef) => Face;
  readonly ask: new (ref: ActorRef) => Face;
}

// A face's only own property is a symbol, so that a message may have any name.
const target = Symbol('ref');

interface FaceObject {
  readonly [target]: ActorRef;
}

type Method = (this: FaceObject | undefined, ...args: never[]) => unknown;

export function facesOf(table: ProtocolTable): Faces {
  if (table.faces === undefined) {
    const tells = table.entries.filter((entry) => entry.kind === 'tell');
    const asks = table.entries.filter((entry) => entry.kind === 'ask');
    const made: Faces = {
      tell: faceClass(tells, canGenerate() ? generatedTell : plainTell),
      send: faceClass(tells, sendMethod),
      ask: faceClass(asks, canGenerate() ? generatedAsk : plainAsk),
    };
    table.faces = made;
  }
  return table.faces as Faces;
}

function faceClass(
  entries: readonly MessageEntry[],
  method: (entry: MessageEntry) => Method,
): new (
  ref: ActorRef,
) => Face {
  class RefFace implements FaceObject {
    readonly [target]: ActorRef;

    constructor(ref: ActorRef) {
      this[target] = ref;
    }
  }
  const prototype = Object.create(null) as object;
  for (const entry of entries) {
    // Made when it is first asked for: most refs are told few of their messages, and each costs generated code.
    const get = (): Method => {
      const value = method(entry);
      Object.defineProperty(prototype, entry.name, { value });
      return value;
    };
    Object.defineProperty(prototype, entry.name, { get, configurable: true });
  }
  Object.setPrototypeOf(RefFace.prototype, prototype);
  Object.defineProperty(RefFace.prototype, 'constructor', { value: undefined });
  return RefFace;
}

function plainTell(entry: MessageEntry): Method {
  return function tell(this: FaceObject | undefined, message?: unknown): boolean {
    const ref = refOfFace(this, entry, 'tell');
    return ref.sender.tell(ref, entry, message);
  };
}

/**
 * The same as {@link plainTell}, with a function of its own for each message. V8 keeps what it learns about
 * types per function: one function for all messages would be slow as soon as two schemas are in use.
 */
function generatedTell(entry: MessageEntry): Method {
  const { codec, index } = entry;
  const names = ['target', 'entry', 'codec', 'detached', 'index', 'parse', 'notParsed'];
  const make = new Function(...names, tellSource(codec));
  return make(target, entry, codec, refOfFace, index, codec.fastParse, notParsed) as Method;
}

function tellSource(codec: Codec): string {
  const parse =
    codec.fastParse === undefined
      ? 'let value; try { value = codec.parse(message); } catch { return ref.sender.tell(ref, entry, message); }'
      : 'const value = parse(message); if (value === notParsed) return ref.sender.tell(ref, entry, message);';
  return `'use strict';
    return function tell(message) {
      const ref = this === undefined ? detached(this, entry, 'tell') : this[target];
      if (ref.refused && ref.sender.stillRefuses(ref)) return false;
      ${parse}
      ${codec.mustCopy ? '' : 'const cell = ref.local; if (cell !== undefined && cell.accept(index, value)) return true;'}
      return ref.sender.tellValid(ref, entry, value);
    };`;
}

function sendMethod(entry: MessageEntry): Method {
  return function send(this: FaceObject | undefined, message?: unknown): Promise<void> {
    const ref = refOfFace(this, entry, 'send');
    return ref.sender.send(ref, entry, message);
  };
}

function plainAsk(entry: MessageEntry): Method {
  if (entry.empty) {
    return function ask(this: FaceObject | undefined, options?: AskOptions): Promise<unknown> {
      const ref = refOfFace(this, entry, 'ask');
      return ref.sender.ask(ref, entry, undefined, options);
    };
  }
  return function ask(
    this: FaceObject | undefined,
    message?: unknown,
    options?: AskOptions,
  ): Promise<unknown> {
    const ref = refOfFace(this, entry, 'ask');
    return ref.sender.ask(ref, entry, message, options);
  };
}

/** The same as {@link plainAsk}, as {@link generatedTell} is the same as {@link plainTell}. */
function generatedAsk(entry: MessageEntry): Method {
  const parse = entry.empty ? undefined : entry.codec.fastParse;
  if (parse === undefined) return plainAsk(entry);
  const names = ['target', 'entry', 'detached', 'parse', 'notParsed'];
  const make = new Function(...names, askSource);
  return make(target, entry, refOfFace, parse, notParsed) as Method;
}

const askSource = `'use strict';
  return function ask(message, options) {
    const ref = this === undefined ? detached(this, entry, 'ask') : this[target];
    const value = parse(message);
    if (value === notParsed) return ref.sender.ask(ref, entry, message, options);
    return ref.sender.askValid(ref, entry, value, options);
  };`;

function refOfFace(face: FaceObject | undefined, entry: MessageEntry, kind: string): ActorRef {
  const ref = face?.[target];
  if (ref === undefined) {
    throw new ThrumError(
      'ERR_THRUM_DETACHED_METHOD',
      `'${entry.name}' was taken off its ref: call it as ref.${kind}.${entry.name}(…)`,
    );
  }
  return ref;
}
