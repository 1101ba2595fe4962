// A handler that throws because it was told to end hasn't failed: its signal had aborted, and what it throws is the
// reason or was caused by it. What takes a signal rejects that way: fetch, timers, asks, tasks.
import { causeOf, isReadableError } from '../wire/errorCodec.ts';
import type { Cell } from './cell.ts';
import { noReply } from './mailbox.ts';

/** So many errors are gone through for a cause: a chain may lead back to itself. */
const causesMax = 16;

/** The reason of the signal that a handler, or with `noReply` a tell's handler or a callback, ended for. */
export function givenUpFor(cell: Cell, replyNode: number, askId: number, thrown: unknown): unknown {
  const signal = replyNode === noReply ? cell.belongings?.signalSoFar : cell.asks?.signalOf(replyNode, askId);
  return signal?.aborted === true && isBecauseOf(thrown, signal.reason) ? signal.reason : undefined;
}

function isBecauseOf(thrown: unknown, reason: unknown): boolean {
  let error = thrown;
  for (let i = 0; i < causesMax; i++) {
    if (error === reason) return true;
    if (!isReadableError(error)) return false;
    error = causeOf(error);
  }
  return false;
}
