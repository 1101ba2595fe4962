// Asks a thread what it runs, through the inspector, also when its event loop doesn't turn any more. Nothing is
// paused: V8 answers in between two steps of the code that runs. (`Debugger.pause` would do as well, but on Node 20
// it can abort the whole process, where the pause falls on the entry of a function with a context.)

import type { Session } from 'node:inspector';
import { clearTimeout, setTimeout } from 'node:timers';
import { type SelfReport, selfReportExpression } from './selfReport.ts';

/** How long a thread may take to answer, in milliseconds; it does within ten, unless it is in a system call. */
export const answerWithinMs = 1000;

interface Attached {
  readonly sessionId: string;
  readonly workerInfo: { readonly title: string };
}

interface FromWorker {
  readonly sessionId: string;
  readonly message: string;
}

/**
 * What the node on thread `threadId` runs at this moment; undefined where the inspector isn't available or the
 * thread doesn't answer within `timeoutMs`. Afterwards nothing of it is left.
 */
export async function askStuckThread(
  threadId: number,
  signal: AbortSignal,
  timeoutMs = answerWithinMs,
): Promise<SelfReport | undefined> {
  let session: Session | undefined;
  try {
    const inspector = await import('node:inspector');
    if (signal.aborted) return undefined;
    session = new inspector.Session();
    session.connect();
    return await evaluate(session, threadId, signal, timeoutMs);
  } catch {
    return undefined;
  } finally {
    close(session);
  }
}

/** Whether somebody may be looking at this process with a debugger: a thread at a breakpoint isn't stuck. */
export async function debuggerAttached(): Promise<boolean> {
  try {
    const inspector = await import('node:inspector');
    return inspector.url() !== undefined;
  } catch {
    return false;
  }
}

function evaluate(
  session: Session,
  threadId: number,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<SelfReport | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = () => settle(undefined);
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', giveUp);
    const settle = (report: SelfReport | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      resolve(report);
    };
    const refused = (error: Error | null) => {
      if (error === null) return;
      settle(undefined);
      reject(error);
    };
    let asked: string | undefined;
    session.on('NodeWorker.attachedToWorker', ({ params }: { params: Attached }) => {
      if (!params.workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      asked = params.sessionId;
      session.post('NodeWorker.sendMessageToWorker', { sessionId: asked, message: question }, refused);
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }: { params: FromWorker }) => {
      if (params.sessionId === asked) settle(answerIn(params.message));
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, refused);
  });
}

const question = JSON.stringify({
  id: 1,
  method: 'Runtime.evaluate',
  params: { expression: selfReportExpression, returnByValue: true, silent: true },
});

function answerIn(message: string): SelfReport | undefined {
  const { result } = JSON.parse(message) as { result?: { result?: { value?: unknown } } };
  const text = result?.result?.value;
  return typeof text === 'string' ? (JSON.parse(text) as SelfReport) : undefined;
}

function close(session: Session | undefined): void {
  try {
    session?.removeAllListeners();
    session?.post('NodeWorker.disable');
    session?.disconnect();
  } catch {
    // It was never connected.
  }
}
