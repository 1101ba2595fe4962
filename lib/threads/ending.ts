// How a node ended: what its thread notes while it still can, and what the host makes of it.
import { HeapLimitError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ErrorOrigin, Vitals } from './vitals.ts';

/** Why a node is gone: in words, and the error behind it where there is one. */
export interface Ending {
  readonly why: string;
  readonly cause: Error | undefined;
}

/** On the node's thread: notes how it ends. Adds no handler that would change what happens. */
export function noteEnding(vitals: Vitals): void {
  process.on('uncaughtExceptionMonitor', (_error, origin: ErrorOrigin) => {
    vitals.errorOrigin = origin;
  });
  process.on('exit', () => vitals.noteExit());
}

/** On the host: `thrown` is what the thread died of, `killedFor` why the host itself ended it. */
export function endingOf(
  node: NodeId,
  vitals: Vitals,
  exitCode: number,
  thrown: Error | undefined,
  killedFor: Error | undefined,
): Ending {
  if (killedFor !== undefined) return ofItsOwn(node, killedFor);
  const [used, allowed] = vitals.heap;
  if (used! > 0) return ofItsOwn(node, new HeapLimitError(node, used!, allowed!));
  if (thrown !== undefined) return { why: `${kindOf(thrown, vitals)}: ${thrown.message}`, cause: thrown };
  if (vitals.exited) return { why: `process.exit(${exitCode}) was called on its thread`, cause: undefined };
  return { why: 'its thread was terminated', cause: undefined };
}

/** These errors name the node, as whatever tells of its end does. */
function ofItsOwn(node: NodeId, cause: Error): Ending {
  return { why: cause.message.replace(`node ${node} `, 'it '), cause };
}

function kindOf(thrown: Error & { readonly code?: unknown }, vitals: Vitals): string {
  if (thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') return "its heap reached V8's limit";
  if (vitals.errorOrigin === 'unhandledRejection') return 'unhandled rejection';
  return vitals.errorOrigin === undefined ? 'it failed to start' : 'uncaught exception';
}
