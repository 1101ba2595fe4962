// How an actor fails, stops and begins again. A behaviour always ends the same way, whether another follows it or
// not: its running handler finishes, its signals abort, its timers and watches end, its children stop, its clean-up
// runs, last registered first.
import { RestartLimitError } from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Directive } from '../protocol/supervision.ts';
import { asError, isThenable } from './asError.ts';
import type { Cell } from './cell.ts';
import { refuse, refuseWaiting } from './refusals.ts';
import { unstashAll } from './stash.ts';
import { directiveFor, RestartHistory } from './supervision.ts';

/** Why an actor stopped, where it isn't because somebody said so. */
const reasons = new WeakMap<Cell, StopReason>();
const stoppedNormally: StopReason = { type: 'stopped' };

/** How long the children of an actor that restarts may take to stop before they are killed. */
const childrenStopMs = 1000;

/** A handler, callback or `create` threw: its directive decides what follows. */
export function fail(cell: Cell, during: string, error: Error): Directive | 'none' {
  const { host } = cell.kind;
  if (cell.state === 'stopped') return 'none';
  if (cell.state !== 'running') {
    host.reports.failed(cell, during, error, 'none');
    // Draining ends at once: the behaviour can't be trusted with what still waits.
    if (cell.state === 'stopping' && cell.draining) stopBecause(cell, { type: 'failed', error });
    return 'none';
  }
  const { directive, error: last } = decide(cell, error);
  host.reports.failed(cell, during, error, directive);
  if (directive === 'resume') return directive;
  if (directive === 'restart') {
    beginRestart(cell);
    return directive;
  }
  if (directive === 'escalate') host.escalate(cell, last);
  stopBecause(cell, { type: 'failed', error: last });
  return directive;
}

/** Whether the actor stops since it has failed: its behaviour isn't to be trusted. */
export function stopsAsFailed(cell: Cell): boolean {
  return reasons.has(cell);
}

function stopBecause(cell: Cell, reason: StopReason): void {
  reasons.set(cell, reason);
  cell.draining = false;
  beginStop(cell);
}

/** The directive for an error, and when a restart is one too many, the escalation instead. */
function decide(cell: Cell, error: Error): { directive: Directive; error: Error } {
  const { supervision, host } = cell.kind;
  let directive = directiveFor(supervision, error, (failure) =>
    host.reports.failed(cell, 'supervision.onFailure', failure, 'stop'),
  );
  // Without a behaviour there is nothing to resume, nor with one that lacks the state it is to have.
  const canResume = cell.behaviour !== undefined && cell.belongings?.journal?.state !== 'broken';
  if (directive === 'resume' && !canResume) directive = 'restart';
  if (directive !== 'restart') return { directive, error };
  const own = cell.own();
  own.restarts ??= new RestartHistory();
  const delayMs = own.restarts.next(supervision, host.now(), () => host.random());
  if (delayMs === undefined) {
    const { restartsMax, withinMs } = supervision;
    return { directive: 'escalate', error: new RestartLimitError(cell.path, restartsMax, withinMs, error) };
  }
  own.restartDelayMs = delayMs;
  return { directive, error };
}

// Restarting.

function beginRestart(cell: Cell): void {
  cell.state = 'restarting';
  abortSignals(cell);
  cell.wake();
}

/** Its parent restarts several children at once, this one among them: its behaviour ends and waits for {@link begin}. */
export function halt(cell: Cell): void {
  if (cell.state !== 'running') return;
  cell.own().restartDelayMs = 0;
  beginRestart(cell);
}

/** The behaviour has ended. */
function awaitRestart(cell: Cell): void {
  const { host, grouped } = cell.kind;
  cell.state = 'waiting';
  cell.again = false;
  cell.context = undefined;
  cell.behaviour = undefined;
  cell.asks?.dropSignals();
  const own = cell.own();
  own.dropSignal();
  own.cleaning = false;
  const delayMs = own.restartDelayMs;
  if (grouped) host.halted(cell, delayMs);
  else own.cancelRestart = host.setTimer(delayMs, () => begin(cell));
}

/** Starts a fresh behaviour on the messages that wait. */
export function begin(cell: Cell): void {
  if (cell.state !== 'waiting') return;
  const own = cell.own();
  own.cancelRestart = undefined;
  cell.state = 'running';
  try {
    cell.start();
  } catch (error) {
    own.dropStopCallbacks();
    fail(cell, 'create', asError(error));
    cell.wake();
    return;
  }
  cell.kind.host.reports.restarted(cell);
  if (own.stash !== undefined) unstashAll(cell);
  if (cell.draining) beginStop(cell);
  cell.wake();
}

// Stopping.

/**
 * Stops after the running handler; with `drain`, after the messages that already wait; with `kill`, without waiting
 * for a handler that waits for something itself, nor for such children or clean-up.
 */
export function requestStop(cell: Cell, drain: boolean, kill = false): void {
  if (cell.state === 'stopped') return;
  if (kill) cell.killed = true;
  if (cell.state === 'waiting') {
    // It drains when it has begun again.
    if (drain) cell.draining = true;
    else stopWaiting(cell);
    return;
  }
  if (cell.state === 'running' || cell.state === 'restarting') {
    if (cell.state === 'restarting' && drain) {
      cell.draining = true;
    } else {
      cell.draining = drain;
      beginStop(cell);
    }
  } else if (cell.state === 'stopping' && !drain) {
    cell.draining = false;
    beginStop(cell);
  } else if (cell.state === 'closing' && cell.again) {
    if (drain) {
      cell.draining = true;
    } else {
      cell.again = false;
      // It was to kill children that hold a restart.
      cell.belongings?.cancelRestart?.();
      refuseWaiting(cell);
    }
  }
  if (kill) hurry(cell);
  cell.wakeToEnd();
}

/** Goes on without whatever it waits for. */
function hurry(cell: Cell): void {
  if (cell.held) letGo(cell);
  if (cell.state !== 'closing') return;
  if (cell.belongings?.cleaning) finish(cell);
  else stopChildren(cell, true);
}

/** Goes on without the handler that runs: whatever it still does has no effect. */
function letGo(cell: Cell): void {
  cell.context = undefined;
  cell.held = false;
  cell.asks?.refuseCurrent((node, askId, index) => refuse(cell, nameOf(cell, index), node, askId));
}

function nameOf(cell: Cell, index: number): string {
  return cell.table.entries[index]!.name;
}

function beginStop(cell: Cell): void {
  cell.state = 'stopping';
  if (!cell.draining) abortSignals(cell);
  cell.wakeToEnd();
}

/** `create` has stopped its actor: one that nothing keeps is gone at once. */
export function stopStarted(cell: Cell): void {
  const { belongings } = cell;
  const waits = cell.draining && cell.waiting > 0;
  if (waits || (belongings !== undefined && !belongings.endsAtOnce)) cell.wake();
  else close(cell);
}

/** It had no behaviour: there is nothing to end. */
function stopWaiting(cell: Cell): void {
  cell.belongings?.cancelRestart?.();
  cell.state = 'closing';
  refuseWaiting(cell);
  stopped(cell);
}

function abortSignals(cell: Cell): void {
  if (cell.belongings === undefined && cell.asks === undefined) return;
  const reason = (): Error => cell.goneError();
  cell.belongings?.abort(reason);
  cell.asks?.abortAll(reason);
}

// The end of a behaviour.

/** Children first, then the actor's own clean-up. */
export function close(cell: Cell): void {
  cell.again = cell.state === 'restarting';
  cell.state = 'closing';
  abortSignals(cell);
  // Now, not at the end: a child may be waiting for one of these replies, and would never stop.
  if (!cell.again) refuseWaiting(cell);
  cell.asks?.forEachOpen((node, askId, index) => refuse(cell, nameOf(cell, index), node, askId));
  const { belongings } = cell;
  if (belongings === undefined) return finish(cell);
  belongings.turns = undefined;
  belongings.cancelTimers();
  belongings.group?.cancel();
  if (belongings.watches) cell.kind.host.watching.unwatchAll(cell);
  if (belongings.childCount === 0) return finish(cell);
  if (cell.again) {
    // One of them may be waiting for a reply of this actor: those that wait here are kept, so it can't be refused.
    belongings.cancelRestart = cell.kind.host.setTimer(childrenStopMs, () => stopChildren(cell, true));
  }
  // Last: the last of them may be gone at once.
  stopChildren(cell, cell.killed);
}

function stopChildren(cell: Cell, kill: boolean): void {
  const { belongings } = cell;
  belongings?.forEachNear((child) => requestStop(child, false, kill));
  belongings?.forEachFar((child) => cell.kind.host.stop(child, false, kill));
}

/** A child is gone. */
export function childrenGone(cell: Cell): void {
  const { belongings } = cell;
  if (cell.state === 'closing' && belongings?.childCount === 0 && !belongings.cleaning) finish(cell);
}

/** Runs the clean-up callbacks one after the other, then is gone, or begins again. */
function finish(cell: Cell): void {
  // A killed one is gone before a callback that waited for something comes back.
  if (cell.state !== 'closing') return;
  const { belongings } = cell;
  if (belongings !== undefined) {
    belongings.cleaning = true;
    belongings.cancelRestart?.();
    belongings.cancelRestart = undefined;
  }
  for (let fn = belongings?.nextStopCallback(); fn; fn = belongings?.nextStopCallback()) {
    try {
      const result = fn();
      if (isThenable(result)) {
        result.then(
          () => finish(cell),
          (error) => {
            fail(cell, 'onStop', asError(error));
            finish(cell);
          },
        );
        if (!cell.killed) return;
      }
    } catch (error) {
      fail(cell, 'onStop', asError(error));
    }
  }
  if (cell.again) awaitRestart(cell);
  else stopped(cell);
}

function stopped(cell: Cell): void {
  const reason = reasons.get(cell) ?? stoppedNormally;
  cell.state = 'stopped';
  cell.context = undefined;
  cell.behaviour = undefined;
  cell.kind.host.stopped(cell, reason);
}

/** `create` threw: undo what it began. It never ran, so there is nothing to report but the error itself. */
export function abandon(cell: Cell): void {
  cell.abandoned = true;
  cell.belongings?.dropStopCallbacks();
  requestStop(cell, false);
  cell.wake();
}
