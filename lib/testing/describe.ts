// What goes on in a system for tests, in words, for somebody who expected more.
import type { ActorNode } from '../node/node.ts';
import type { ManualClock } from './manualClock.ts';

export function describe(manual: ManualClock | undefined, nodes: readonly ActorNode[]): string {
  return [describeClock(manual), describeBusy(nodes)].filter((line) => line !== '').join('\n');
}

function describeClock(manual: ManualClock | undefined): string {
  if (manual === undefined) return '';
  const { nextAt, pending } = manual;
  const next =
    nextAt === undefined
      ? 'no timer is set.'
      : `${pending === 1 ? 'a timer is' : `the next of ${pending} timers is`} due in ${nextAt - manual.now()} ms: is an \`await system.clock.advance(${nextAt - manual.now()})\` missing?`;
  return `The clock stands at ${manual.now()} ms; ${next}`;
}

function describeBusy(nodes: readonly ActorNode[]): string {
  const busy = nodes.flatMap((node) => node.cells.all()).filter((cell) => !cell.idle);
  if (busy.length === 0) return '';
  const shown = busy.slice(0, 10).map((cell) => {
    const what =
      cell.state === 'running' ? (cell.held ? 'waits in a handler' : 'is about to run') : cell.state;
    return `${cell.path} (${what}${cell.waiting > 0 ? `, ${cell.waiting} ${cell.waiting === 1 ? 'message' : 'messages'} in its mailbox` : ''})`;
  });
  const more = busy.length > shown.length ? ` and ${busy.length - shown.length} more` : '';
  return `Not idle: ${shown.join(', ')}${more}`;
}
