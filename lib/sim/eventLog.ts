// What happened in a run, as lines and as steps of a chart: every arrival of a frame, with the message in it, every fault.
import type { ActorNode } from '../node/node.ts';
import { ByteReader } from '../wire/buffer.ts';
import { readDynamic } from '../wire/dynamic.ts';
import type { SerializedError } from '../wire/errorCodec.ts';
import { FrameKind, frameHeaderBytes } from '../wire/frames.ts';
import type { FrameEvent } from './frameEvent.ts';
import { plainPlatform } from './platform.ts';
import type { Run } from './run.ts';
import type { Injection } from './schedule.ts';

/** One thing that happened. */
export interface LoggedEvent {
  readonly atMs: number;
  /** The nodes it went from and to; of what happened on one alone, both are it. */
  readonly from: number;
  readonly to: number;
  /** What it was: a message's name with its content, or what else happened. */
  readonly text: string;
  readonly kind: 'message' | 'reply' | 'event';
}

/** Frames by their number. */
const kindNames = new Map(Object.entries(FrameKind).map(([name, kind]) => [kind as number, name]));

/** Tells `listener` of everything that happens in a run. */
export function listenToRun(run: Run, listener: (event: LoggedEvent) => void): void {
  const { engine, medium, cluster } = run;
  const now = (): number => engine.now / 1000;
  medium.listener = {
    arrived: (frame) => {
      const { from, to } = frame.link;
      const kind = frame.kind <= FrameKind.ask ? 'message' : 'reply';
      listener({ atMs: now(), from: from.id, to: to.id, text: textOf(run, frame), kind });
    },
  };
  cluster.listeners.add((event) => {
    const actor = 'actor' in event ? ` ${event.actor}` : '';
    const error = 'error' in event && event.error !== undefined ? `: ${event.error.message}` : '';
    const text = `${event.type}${actor}${'text' in event ? `: ${event.text}` : ''}${error}`;
    listener({ atMs: now(), from: event.node, to: event.node, text, kind: 'event' });
  });
  run.keeper.onDone = (entry) => {
    const at = 'host' in entry ? entry.host : 'number' in entry && 'from' in entry ? entry.from : 0;
    listener({ atMs: now(), from: at, to: at, text: doneText(entry), kind: 'event' });
  };
}

/** What was done, where the time and the place stand beside it. */
function doneText(entry: Injection): string {
  switch (entry.kind) {
    case 'crash':
    case 'pause':
      return `${entry.kind} ${lasting(entry.forMs)}`;
    case 'partition':
      return `partition: hosts ${entry.group.join(', ')} ${entry.oneWay ? 'do not reach' : 'apart from'} the others ${lasting(entry.forMs)}`;
    case 'clog':
      return `clog: what host ${entry.from} sends to host ${entry.to} waits ${lasting(entry.forMs)}`;
    case 'step':
      return `step ${entry.number} of '${entry.name}'`;
    case 'failedWrite':
    case 'tornWrite':
      return `write ${entry.number} ${entry.kind === 'failedWrite' ? 'failed' : 'torn'}`;
    default:
      return `frame ${entry.number} to ${entry.to}: ${entry.kind}`;
  }
}

function lasting(forMs: number): string {
  return forMs === Number.MAX_SAFE_INTEGER ? 'for good' : `for ${forMs} ms`;
}

function textOf({ medium }: Run, { kind, link, at, length }: FrameEvent): string {
  const { node } = link.to;
  const reader = new ByteReader(plainPlatform, medium.memory.bytes, at + frameHeaderBytes, at + length);
  switch (kind) {
    case FrameKind.tell:
    case FrameKind.ask:
      return messageText(kind, reader, node);
    case FrameKind.reply: {
      const entry = node.asks.get(reader.f64())?.entry;
      if (entry === undefined) return 'reply that nobody waits for';
      return `reply to ${entry.name}: ${briefly(entry.reply!.read(reader, node.refs))}`;
    }
    case FrameKind.failure: {
      const name = node.asks.get(reader.f64())?.entry.name;
      const { className, message } = readDynamic(reader) as SerializedError;
      return `failure of ${name ?? 'an ask that nobody waits for'}: ${className}: ${message}`;
    }
    default:
      return kindNames.get(kind) ?? `frame ${kind}`;
  }
}

function messageText(kind: number, reader: ByteReader, node: ActorNode): string {
  const cell = node.cells.get(reader.f64());
  const entry = cell?.table.entries[reader.i32() & 0xffff];
  if (cell === undefined || entry === undefined) return `${kindNames.get(kind)} to an actor that is gone`;
  if (kind === FrameKind.ask) reader.f64();
  const value = entry.codec.read(reader, node.refs);
  return `${entry.name}(${value === undefined ? '' : briefly(value)})`;
}

const textMax = 100;

/** A value in one line. */
export function briefly(value: unknown): string {
  const text = JSON.stringify(plain(value));
  return text === undefined || text.length <= textMax ? `${text}` : `${text.slice(0, textMax)}…`;
}

/** The value as JSON can show it. Before JSON sees it: a ref refuses to become any. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return [...value].map(plain);
  if ('path' in value && 'equals' in value) return `→${String(value.path)}`;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** One line of a log. */
export function logLine({ atMs, from, to, text }: LoggedEvent): string {
  const where = from === to ? `${to}` : `${from} → ${to}`;
  return `${atMs.toFixed(3).padStart(12)}  ${where.padEnd(12)}  ${text}`;
}
