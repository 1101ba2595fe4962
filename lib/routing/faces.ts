// The classes behind `pool.tell`, `pool.ask` and so on: made once per protocol, with a method for each message, as
// those of refs are.
import { ThrumError } from '../protocol/errors.ts';
import type { AskOptions } from '../protocol/ref.ts';
import { canGenerate } from '../wire/generated.ts';
import type { MessageEntry, ProtocolTable } from '../wire/protocolTable.ts';
import type { GatherOptions } from './gathering.ts';
import { RoundRobin } from './pickers.ts';
import type { FaceMethods, Roster } from './roster.ts';
import type { Router } from './router.ts';

/** What a pool shows of its router. */
export interface PoolFaces {
  readonly tell: object;
  readonly send: object;
  readonly ask: object;
  readonly broadcast: object;
  readonly gather: object;
}

type FaceClass = new (router: Router) => object;
type Method = (this: FaceObject | undefined, ...args: never[]) => unknown;

interface Classes {
  readonly tell: FaceClass;
  readonly tellInTurn: FaceClass;
  readonly send: FaceClass;
  readonly ask: FaceClass;
  readonly broadcast: FaceClass;
  readonly gather: FaceClass;
}

// A face's only own property is a symbol, so that a message may have any name.
const target = Symbol('router');
// Beside it, since it is read for each tell.
const turns = Symbol('roster');

interface FaceObject {
  readonly [target]: Router;
  readonly [turns]: Roster;
}

const classes = new WeakMap<ProtocolTable, Classes>();

export function facesOf(table: ProtocolTable, router: Router): PoolFaces {
  let made = classes.get(table);
  if (made === undefined) {
    made = classesOf(table);
    classes.set(table, made);
  }
  const inTurn = router.picker instanceof RoundRobin;
  return {
    tell: new (inTurn ? made.tellInTurn : made.tell)(router),
    send: new made.send(router),
    ask: new made.ask(router),
    broadcast: new made.broadcast(router),
    gather: new made.gather(router),
  };
}

function classesOf({ entries }: ProtocolTable): Classes {
  const tells = entries.filter(({ kind }) => kind === 'tell');
  const asks = entries.filter(({ kind }) => kind === 'ask');
  const generates = canGenerate();
  return {
    tell: faceClass(tells, generates ? (entry) => generated(entry, pickedSource) : plainTell),
    tellInTurn: faceClass(tells, generates ? (entry) => generated(entry, inTurnSource) : plainTell),
    send: faceClass(tells, sendMethod),
    ask: faceClass(asks, askMethod),
    broadcast: faceClass(tells, broadcastMethod),
    gather: faceClass(asks, gatherMethod),
  };
}

function faceClass(entries: readonly MessageEntry[], method: (entry: MessageEntry) => Method): FaceClass {
  class PoolFace implements FaceObject {
    readonly [target]: Router;
    readonly [turns]: Roster;

    constructor(router: Router) {
      this[target] = router;
      this[turns] = router.roster;
    }
  }
  const prototype = Object.create(null) as object;
  for (const entry of entries) Object.defineProperty(prototype, entry.name, { value: method(entry) });
  Object.setPrototypeOf(PoolFace.prototype, prototype);
  Object.defineProperty(PoolFace.prototype, 'constructor', { value: undefined });
  return PoolFace;
}

function plainTell({ name }: MessageEntry): Method {
  return function tell(this: FaceObject | undefined, message?: unknown): boolean {
    const router = routerOf(this, name, 'tell');
    const face = router.pick(message, name)?.tell as FaceMethods | undefined;
    return face?.[name]?.(message) === true || router.tellOther(name, message, face);
  };
}

/**
 * The same as {@link plainTell}, with a function of its own for each message: V8 then knows which method of a member it
 * calls, and can put it in place of the call. Members whose turn it is are found without a call as well.
 */
function generated({ name }: MessageEntry, source: (name: string) => string): Method {
  const make = new Function('target', 'turns', 'routerOf', `'use strict'; ${source(JSON.stringify(name))}`);
  return make(target, turns, routerOf) as Method;
}

function inTurnSource(name: string): string {
  return `return function tell(message) {
    const roster = this === undefined ? routerOf(this, ${name}, 'tell').roster : this[turns];
    const { faces, turn } = roster;
    const at = turn < faces.length ? turn : 0;
    roster.turn = at + 1;
    const face = faces[at];
    return (face !== undefined && face[${name}](message)) || this[target].tellOther(${name}, message, face);
  };`;
}

function pickedSource(name: string): string {
  return `return function tell(message) {
    const router = this === undefined ? routerOf(this, ${name}, 'tell') : this[target];
    const member = router.picker.pick(message, ${name});
    if (member === undefined) return router.tellOther(${name}, message, undefined);
    return member.tell[${name}](message) || router.tellOther(${name}, message, member.tell);
  };`;
}

function sendMethod(entry: MessageEntry): Method {
  return function send(this: FaceObject | undefined, message?: unknown): Promise<void> {
    return routerOf(this, entry.name, 'send').send(entry, message);
  };
}

function askMethod(entry: MessageEntry): Method {
  if (entry.empty) {
    return function ask(this: FaceObject | undefined, options?: AskOptions): Promise<unknown> {
      return routerOf(this, entry.name, 'ask').ask(entry, undefined, options);
    };
  }
  return function ask(
    this: FaceObject | undefined,
    message?: unknown,
    options?: AskOptions,
  ): Promise<unknown> {
    return routerOf(this, entry.name, 'ask').ask(entry, message, options);
  };
}

function broadcastMethod(entry: MessageEntry): Method {
  return function broadcast(this: FaceObject | undefined, message?: unknown): number {
    return routerOf(this, entry.name, 'broadcast').broadcast(entry, message);
  };
}

function gatherMethod(entry: MessageEntry): Method {
  if (entry.empty) {
    return function gather(this: FaceObject | undefined, options?: GatherOptions): Promise<unknown> {
      return routerOf(this, entry.name, 'gather').gather(entry, undefined, options);
    };
  }
  return function gather(
    this: FaceObject | undefined,
    message?: unknown,
    options?: GatherOptions,
  ): Promise<unknown> {
    return routerOf(this, entry.name, 'gather').gather(entry, message, options);
  };
}

function routerOf(face: FaceObject | undefined, name: string, kind: string): Router {
  const router = face?.[target];
  if (router === undefined) {
    throw new ThrumError(
      'ERR_THRUM_DETACHED_METHOD',
      `'${name}' was taken off its pool: call it as pool.${kind}.${name}(…)`,
    );
  }
  return router;
}
