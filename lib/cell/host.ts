// What a cell needs of the node it lives in. The node implements it; the cell layer knows no more of it.
import type { Definition } from '../protocol/actor.ts';
import type { NamedSpawnOptions, Placement, SpawnOptions } from '../protocol/context.ts';
import type { DeadLetterReason, LogLevel, StopReason } from '../protocol/events.ts';
import type { Group } from '../protocol/group.ts';
import type { Address, AskOptions, NodeId } from '../protocol/ref.ts';
import type { Resource } from '../protocol/resource.ts';
import type { Storage } from '../protocol/storage.ts';
import type { Directive } from '../protocol/supervision.ts';
import type { RunOptions, Task } from '../protocol/task.ts';
import type { Platform } from '../wire/platform.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { RefBinder, TwinAsk } from '../wire/refs.ts';
import type { Cell } from './cell.ts';
import type { CellKind } from './kind.ts';

/** The actor whose turns watch callbacks are. */
export interface Watcher {
  readonly cell: Cell;
  /** Whether the behaviour that watches is still the actor's present one. */
  isLive(): boolean;
}

/** A run of a task, as a context uses it. */
export interface Run {
  readonly result: Promise<unknown>;
  /** Ends it with `reason`, if it hasn't ended; the task is aborted. */
  giveUp(reason: unknown): void;
  /** Called when it has ended, whichever way. */
  onEnd: (() => void) | undefined;
}

/** Names and groups, as a context uses them. */
export interface Directory {
  lookup(definition: Definition, name: string, options?: AskOptions): Promise<Address | undefined>;
  group(definition: Definition, name: string, watcher: Watcher | undefined): Group;
}

/** The ends of other actors, as a cell hears of them. */
export interface CellWatching {
  watch(cell: Cell, ref: Address, fn: (reason: StopReason) => unknown): () => void;
  /** Ends all watches of the cell. */
  unwatchAll(cell: Cell): void;
}

/** Where the answers to a cell's asks go. */
export interface CellAnswers {
  /** Answers an ask. Throws when the reply doesn't fit its schema. */
  reply(cell: Cell, entry: MessageEntry, node: NodeId, askId: number, value: unknown): void;
  replyError(cell: Cell, node: NodeId, askId: number, error: Error): void;
  /** A tied ask of `asker` has begun here: its twin is to be dropped. */
  dropTwin(asker: NodeId, twin: TwinAsk): void;
  /** A message had no room and is given up. */
  dropped(cell: Cell, index: number, replyNode: NodeId, askId: number): void;
}

/** What a cell makes known. */
export interface CellReports {
  deadLetter(cell: Cell, message: string, reason: DeadLetterReason, count: number): void;
  failed(cell: Cell, during: string, error: Error, directive: Directive | 'none'): void;
  /** The cell has begun again. */
  restarted(cell: Cell): void;
  log(cell: Cell, level: LogLevel, text: string, fields: Record<string, unknown> | undefined): void;
}

export interface CellHost {
  readonly watching: CellWatching;
  readonly answers: CellAnswers;
  readonly reports: CellReports;
  readonly nodeId: NodeId;
  readonly registry: Directory;
  /** Where actors with names keep things; a system may have none. */
  readonly storage: Storage | undefined;
  readonly platform: Platform;
  /** Turns refs in messages into bytes and back. */
  readonly refs: RefBinder;
  /** [0] messages accepted by this node's mailboxes, [1] those that are done with; the node counts the rest. */
  readonly counters: Float64Array;
  /** The cell's mailbox is above its high-water mark. */
  press(cell: Cell): void;
  /** It is below its low-water mark again. */
  release(cell: Cell): void;
  now(): number;
  random(): number;
  /** Runs `fn` after `delayMs`; returns a function that cancels it. */
  setTimer(delayMs: number, fn: () => void): () => void;
  /** Whether a periodic timer that has run out has its turn. */
  ticks(): boolean;
  /** Gives the cell a turn soon. */
  schedule(cell: Cell): void;
  selfRef(cell: Cell): Address;
  spawn(
    definition: Definition,
    args: unknown,
    options: SpawnOptions | undefined,
    on: Placement,
    parent: Cell,
  ): Promise<Address>;
  /** As `spawn`, but an actor that has the name already is what is given. */
  lookupOrSpawn(
    definition: Definition,
    args: unknown,
    options: NamedSpawnOptions,
    on: Placement,
    parent: Cell,
  ): Promise<Address>;
  stop(ref: Address, drain: boolean, kill: boolean): void;
  /** Runs a task. Throws for an input that doesn't fit. */
  runTask(task: Task, input: unknown, options: RunOptions | undefined): Run;
  /** The resource as this node has it. */
  useResource(resource: Resource): Promise<unknown>;
  /** A fresh copy of an actor's arguments. */
  copyArguments(kind: CellKind, args: unknown): unknown;
  /** Whether it is the cell's turn, and no `await` lies between. */
  isRunning(cell: Cell): boolean;
  /** The cell has failed, and so has its parent. */
  escalate(cell: Cell, error: Error): void;
  /** The behaviour of a child that its parent restarts has ended; it wants to wait `delayMs`. */
  halted(cell: Cell, delayMs: number): void;
  /** Ends the behaviour of a child; it answers with {@link halted}. */
  haltChild(child: Address): void;
  /** Starts a child again whose behaviour has ended. */
  beginChild(child: Address): void;
  /** The cell has stopped for good: forget it, tell its watchers and its parent. */
  stopped(cell: Cell, reason: StopReason): void;
}
