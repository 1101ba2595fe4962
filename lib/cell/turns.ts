// The turns a cell takes: in what order it handles what waits, what comes back from a handler, and what becomes of it.
import type { Directive } from '../protocol/supervision.ts';
import { asError, isThenable } from './asError.ts';
import type { Cell } from './cell.ts';
import { givenUpFor } from './givenUp.ts';
import { close, fail } from './lifecycle.ts';
import { noReply, taken } from './mailbox.ts';
import { keepAside } from './stash.ts';

/** Handles up to `budget` messages; true when there is more to do at once. */
export function takeTurns(cell: Cell, budget: number): boolean {
  for (let left = budget; left > 0; left--) {
    if (cell.held) return false;
    const { state, belongings } = cell;
    const journal = belongings?.journal;
    if (state !== 'running' && !(state === 'stopping' && cell.draining)) {
      if (journal !== undefined && state === 'stopping' && !cell.killed) {
        // What is in the log has happened already.
        if (journal.stepToEnd()) continue;
        if (journal.awaitsEnd) return false;
      }
      if (state === 'stopping' || state === 'restarting') close(cell);
      return false;
    }
    const turns = belongings?.turns;
    if (turns !== undefined && turns.size > 0) {
      const turn = turns.shift()!;
      callbackTurn(cell, turn.fn, turn.what);
    } else if (journal !== undefined) {
      if (journal.step()) continue;
      // The log tells when it has them.
      if (journal.size > 0) return false;
      cell.asks?.mailboxEmpty();
      if (state === 'stopping') close(cell);
      return false;
    } else if (cell.mailbox !== undefined && cell.mailbox.size > 0) {
      handleTurn(cell, cell.mailbox.take());
    } else {
      cell.asks?.mailboxEmpty();
      if (state === 'stopping') close(cell);
      return false;
    }
  }
  return !cell.held;
}

/** Handles the message that has been {@link taken}. A stuck node is looked for by this name (threads/selfReport.ts). */
export function handleTurn(cell: Cell, payload: unknown): void {
  const { index, replyNode, askId } = taken;
  const { kind } = cell;
  kind.host.counters[1]!++;
  if (cell.pressed) cell.relieve();
  if (replyNode !== noReply && cell.asks !== undefined) {
    if (cell.asks.wasAborted(replyNode, askId)) return;
    const twin = cell.asks.takeTwin(replyNode, askId);
    if (twin !== undefined) kind.host.answers.dropTwin(replyNode, twin);
  }
  let result: unknown;
  try {
    if (replyNode !== noReply) cell.openAsks().current(replyNode, askId, index);
    else if (cell.asks !== undefined) cell.asks.current(noReply, 0, index);
    result = kind.dispatch(cell.behaviour!, index, payload);
    if (taken.putAside !== undefined) {
      // Whatever the handler still does, the message will be handled later.
      if (isThenable(result)) awaitHandler(cell, result, index, noReply, 0);
      keepAside(cell, payload);
    } else if (result === undefined || !isThenable(result)) {
      if (replyNode !== noReply) answer(cell, index, replyNode, askId, result);
    } else {
      awaitHandler(cell, result, index, replyNode, askId);
    }
  } catch (error) {
    const waits = taken.putAside !== undefined;
    if (waits) keepAside(cell, payload);
    handlerFailed(cell, index, waits ? noReply : replyNode, askId, error);
  }
}

/** The handler goes on: its actor with it, unless the ask is concurrent. */
function awaitHandler(
  cell: Cell,
  result: PromiseLike<unknown>,
  index: number,
  replyNode: number,
  askId: number,
): void {
  const { context } = cell;
  const hold = !cell.table.entries[index]!.concurrent || replyNode === noReply;
  if (hold) cell.held = true;
  else cell.openAsks().opened(replyNode, askId, index);
  result.then(
    (value) => {
      if (cell.context !== context) return;
      try {
        if (replyNode !== noReply) answer(cell, index, replyNode, askId, value);
      } catch (error) {
        handlerFailed(cell, index, replyNode, askId, error);
      }
      if (hold) cell.release();
    },
    (error) => {
      if (cell.context !== context) return;
      handlerFailed(cell, index, replyNode, askId, error);
      if (hold) cell.release();
    },
  );
}

export function answer(cell: Cell, index: number, replyNode: number, askId: number, value: unknown): void {
  cell.asks?.closed(replyNode, askId);
  cell.kind.host.answers.reply(cell, cell.table.entries[index]!, replyNode, askId, value);
}

export function handlerFailed(
  cell: Cell,
  index: number,
  replyNode: number,
  askId: number,
  thrown: unknown,
): Directive | 'none' {
  const reason = givenUpFor(cell, replyNode, askId, thrown);
  const error = asError(reason ?? thrown);
  if (replyNode !== noReply) {
    cell.asks?.closed(replyNode, askId);
    cell.kind.host.answers.replyError(cell, replyNode, askId, error);
  }
  return reason === undefined ? fail(cell, cell.table.entries[index]!.name, error) : 'none';
}

/** The same for a callback; its name is looked for too. */
function callbackTurn(cell: Cell, fn: () => unknown, what: string): void {
  const { context } = cell;
  taken.index = -1;
  cell.asks?.current(noReply, 0, -1);
  try {
    const result: unknown = fn();
    if (!isThenable(result)) return;
    cell.held = true;
    result.then(
      () => {
        if (cell.context === context) cell.release();
      },
      (error) => {
        if (cell.context !== context) return;
        callbackFailed(cell, what, error);
        cell.release();
      },
    );
  } catch (error) {
    callbackFailed(cell, what, error);
  }
}

function callbackFailed(cell: Cell, what: string, thrown: unknown): void {
  if (givenUpFor(cell, noReply, 0, thrown) === undefined) fail(cell, what, asError(thrown));
}
