// Messages an actor has put aside for later: they count as waiting, and go back before those that came after them.
import { InvalidOptionError, StashFullError } from '../protocol/errors.ts';
import type { Cell } from './cell.ts';
import { Mailbox, taken } from './mailbox.ts';

/**
 * Puts the message that is being handled aside.
 *
 * @throws `StashFullError`
 */
export function stash(cell: Cell): void {
  const { kind } = cell;
  if (!kind.host.isRunning(cell) || taken.index < 0) {
    throw new InvalidOptionError(
      `stash() of ${cell.path} belongs into the handler of the message, before its first await`,
    );
  }
  if (taken.putAside !== undefined) return;
  const own = cell.own();
  own.stash ??= [];
  if (own.stash.length >= kind.mailboxCapacity) throw new StashFullError(cell.path, kind.mailboxCapacity);
  const { index, replyNode, askId } = taken;
  taken.putAside = { index, payload: undefined, replyNode, askId };
  own.stash.push(taken.putAside);
  // It waits again.
  kind.host.counters[1]!--;
}

/** The handler that has put its message aside has returned, or waits. */
export function keepAside(cell: Cell, payload: unknown): void {
  const { putAside, putBack } = taken;
  putAside!.payload = payload;
  taken.putAside = undefined;
  taken.putBack = false;
  if (putBack) unstashAll(cell);
}

/** Puts everything back, in the order it was put aside. */
export function unstashAll(cell: Cell): void {
  const own = cell.belongings;
  if (own?.stash === undefined) return;
  const { stash: messages } = own;
  if (taken.putAside !== undefined && messages.at(-1) === taken.putAside) {
    taken.putBack = true;
    return;
  }
  own.stash = undefined;
  // All its messages may have been handled as they arrived.
  const mailbox = cell.mailbox ?? new Mailbox();
  cell.mailbox = mailbox;
  for (const message of messages.reverse()) mailbox.putBack(message);
  cell.pressWhenHigh(mailbox);
  cell.wake();
}

/** An ask put aside is an ask that waits: its asker may give it up. True when it was here. */
export function dropFromStash(cell: Cell, node: number, askId: number): boolean {
  const messages = cell.belongings?.stash;
  if (messages === undefined) return false;
  const at = messages.findIndex((message) => message.replyNode === node && message.askId === askId);
  if (at < 0) return false;
  messages.splice(at, 1);
  cell.kind.host.counters[1]!++;
  return true;
}
