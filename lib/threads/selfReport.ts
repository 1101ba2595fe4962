// What a node says of itself in the midst of whatever it runs. The host has the inspector call this function on a
// thread that is stuck: V8 runs it on top of the stuck code, whose frames are in the stack then.
import { taken } from '../cell/mailbox.ts';
import type { ActorNode } from '../node/node.ts';

/** What a stuck node was doing. */
export interface SelfReport {
  readonly node: number;
  /** Path of the actor whose turn it is; none in code that an `await` or a timer of Node's own continues. */
  readonly actor: string | undefined;
  /** The message it handles, or `a callback`. */
  readonly during: string | undefined;
  /** Lines of the stack, `at …`, the innermost first. */
  readonly stack: string;
}

const key = Symbol.for('thrum.selfReport.1');
const framesMax = 40;

/** What the inspector evaluates; a JSON text, or undefined on a thread that is no node. */
export const selfReportExpression = `JSON.stringify(globalThis[Symbol.for(${JSON.stringify(key.description)})]?.())`;

/** Makes the node on this thread answer. */
export function answerForNode(node: ActorNode): void {
  const report = (): SelfReport => {
    const stack = stackHere(report);
    return { node: node.nodeId, actor: node.running?.path, during: duringOf(node, stack), stack };
  };
  (globalThis as { [key]?: () => SelfReport })[key] = report;
}

/** What the node on this thread is doing; `undefined` on a thread that is none. */
export function selfReport(): SelfReport | undefined {
  return (globalThis as { [key]?: () => SelfReport })[key]?.();
}

/** The frames below `top`, without the inspector's own. */
function stackHere(top: () => unknown): string {
  const holder: { stack?: string } = {};
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = framesMax;
  // A source map support's formatter may do anything: this must work on a thread in any state.
  Object.assign(Error, { prepareStackTrace: undefined });
  Error.captureStackTrace(holder, top);
  const lines = holder.stack!.split('\n').slice(2);
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return lines.join('\n');
}

/** Which of the two ways into a cell's behaviour (turns.ts) the stack goes through tells what {@link taken} is worth. */
function duringOf(node: ActorNode, stack: string): string | undefined {
  if (stack.includes('at callbackTurn ')) return 'a callback';
  if (!stack.includes('at handleTurn ')) return undefined;
  return node.running?.table.entries[taken.index]?.name;
}
