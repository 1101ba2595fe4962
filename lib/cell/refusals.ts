// What becomes of messages that an actor will never handle, since it ends: asks are told, tells are counted.
import type { Cell } from './cell.ts';
import { type Envelope, noReply } from './mailbox.ts';
import { unstashAll } from './stash.ts';

/** Refuses everything that still waits. */
export function refuseWaiting(cell: Cell): void {
  const { mailbox, kind, belongings } = cell;
  if (belongings?.stash !== undefined) unstashAll(cell);
  if (mailbox === undefined || cell.waiting === 0) return;
  const counts = new Map<string, number>();
  for (const message of belongings?.journal?.takeAll() ?? []) {
    // A tell that is in the log isn't lost: the next one of that name handles it.
    if (message.position === 0 || message.replyNode !== noReply) refuseMessage(cell, message, counts);
  }
  for (let message = mailbox.dropOldest(); message !== undefined; message = mailbox.dropOldest()) {
    kind.host.counters[1]!++;
    refuseMessage(cell, message, counts);
  }
  if (cell.pressed) cell.relieve();
  for (const [name, count] of counts) kind.host.reports.deadLetter(cell, name, 'stopped', count);
}

function refuseMessage(cell: Cell, { index, replyNode, askId }: Envelope, counts: Map<string, number>): void {
  const { name } = cell.table.entries[index]!;
  if (replyNode === noReply) counts.set(name, (counts.get(name) ?? 0) + 1);
  else refuse(cell, name, replyNode, askId);
}

/** Refuses a message that has left its mailbox. */
export function refuseOne(cell: Cell, message: Envelope): void {
  const counts = new Map<string, number>();
  refuseMessage(cell, message, counts);
  for (const [name, count] of counts) cell.kind.host.reports.deadLetter(cell, name, 'stopped', count);
}

/** An ask will have no answer: its actor is gone. */
export function refuse(cell: Cell, message: string, node: number, askId: number): void {
  cell.kind.host.answers.replyError(cell, node, askId, cell.goneError(message));
}
