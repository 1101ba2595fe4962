// The one call of a worker file that an app brings itself, as bundles do. It loads the runtime only when the thread
// turns out to belong to a system.
import { parentPort } from 'node:worker_threads';
import { NodeStartError } from '../protocol/errors.ts';
import { dataOf, upMessage } from './greeting.ts';
import { isNode, markAsNode } from './nodeFlag.ts';
import { writeStdioAtOnce } from './syncStdio.ts';

/**
 * Makes this thread a node of the system whose `createSystem({ worker })` started it. The file that calls it imports
 * the modules of all actors that may run on a worker thread: nothing else is looked for there.
 *
 * A second call does nothing, nor does one on a thread that is a node already.
 *
 * @throws `NodeStartError` on the main thread
 * @example
 * ```ts
 * // thrum.worker.ts
 * import './counter.ts';
 * import { startNode } from 'thrum';
 *
 * startNode();
 * ```
 */
export function startNode(): void {
  if (isNode()) return;
  const port = parentPort;
  if (port === null) {
    throw new NodeStartError(
      "startNode() was called on the main thread: it belongs into the file that createSystem's `worker` option starts as a Worker",
    );
  }
  markAsNode();
  writeStdioAtOnce();
  const receive = (message: unknown): void => {
    const data = dataOf(message);
    if (data === undefined) return;
    port.off('message', receive);
    port.postMessage(upMessage);
    // Everything that this file imports is known: there is nothing else to load definitions from.
    void import('./workerNode.ts').then(({ runNode }) => runNode(data, undefined));
  };
  port.on('message', receive);
}
