// The thread of a worker node, made by the library or by the app: what it is started with, and what is said when it
// doesn't start.

import { Worker, type WorkerOptions } from 'node:worker_threads';
import { InvalidOptionError, NodeStartError } from '../protocol/errors.ts';
import { threadArguments } from '../store/threadArguments.ts';
import type { NodeData } from './control.ts';

/** What an app's own way to make a worker is given: pass it on as the second argument of `new Worker`. */
export type NodeWorkerOptions = Pick<WorkerOptions, 'name' | 'resourceLimits'>;

/** See `SystemOptions.worker`. */
export type WorkerFactory = (options: NodeWorkerOptions) => Worker;

export interface ThreadSettings {
  readonly data: NodeData;
  readonly worker: WorkerFactory | undefined;
  readonly heapLimitBytes: number | undefined;
  readonly heapYoungBytes: number;
}

/** Starts the thread. Its data comes with the thread, or, where the app makes it, as the first message. */
export function startThread({ data, worker: make, heapLimitBytes, heapYoungBytes }: ThreadSettings): Worker {
  const { nodeId, worker: workerPort, host, store } = data.thrumNode;
  const transferList = store === undefined ? [workerPort, host] : [workerPort, host, store];
  const options: NodeWorkerOptions = {
    name: `thrum node ${nodeId}`,
    resourceLimits: {
      // Of three such spaces V8 fills one between collections.
      maxYoungGenerationSizeMb: (3 * heapYoungBytes) / 2 ** 20,
      ...(heapLimitBytes !== undefined && { maxOldGenerationSizeMb: heapLimitBytes / 2 ** 20 }),
    },
  };
  if (make === undefined) {
    // Not as `new URL('./bootstrap.js', import.meta.url)`: a bundler would take it for a file of the app's.
    const bootstrap = import.meta.url.replace(/[^/]*$/, 'bootstrap.js');
    return new Worker(new URL(bootstrap), {
      ...options,
      ...threadArguments(),
      workerData: data,
      transferList,
    });
  }
  const worker = checked(make(options), options);
  worker.postMessage(data, transferList);
  return worker;
}

const used = new WeakSet<Worker>();

/** What the app made, if it is a thread for this node alone. */
function checked(worker: unknown, { resourceLimits }: NodeWorkerOptions): Worker {
  if (!(worker instanceof Worker)) {
    throw new InvalidOptionError(
      `\`worker\` must return a new Worker of node:worker_threads, as in () => new Worker(new URL('./thrum.worker.js', import.meta.url)); it returned ${typeof worker}`,
    );
  }
  if (used.has(worker)) {
    throw new InvalidOptionError(
      '`worker` returned a Worker that it has returned before: every node needs a new one',
    );
  }
  used.add(worker);
  const limitMb = resourceLimits?.maxOldGenerationSizeMb;
  if (limitMb !== undefined && worker.resourceLimits?.maxOldGenerationSizeMb !== limitMb) {
    void worker.terminate();
    throw new InvalidOptionError(
      '`heap.limitBytes` needs a `worker` that passes its options on: (options) => new Worker(url, options)',
    );
  }
  return worker;
}

/** Why a thread ended, or was ended, that had not come so far as to be a node. */
export function startErrorOf(
  nodeId: number,
  own: boolean,
  thrown: (Error & { readonly code?: unknown }) | undefined,
  exitCode: number,
): NodeStartError {
  const what = `node ${nodeId} didn't start`;
  const missing = thrown?.code === 'ERR_MODULE_NOT_FOUND' || thrown?.code === 'MODULE_NOT_FOUND';
  if (thrown !== undefined && missing && own) {
    return new NodeStartError(
      `${what}: the library's own files aren't where it looks for them (${thrown.message}). In a bundle, give createSystem a \`worker\` whose file calls startNode()`,
      { cause: thrown },
    );
  }
  if (thrown !== undefined && missing) {
    return new NodeStartError(
      `${what}: a file of its worker is missing (${thrown.message}). Build the worker file as an entry of its own, under the name that \`worker\` gives`,
      { cause: thrown },
    );
  }
  if (thrown !== undefined) {
    const file = own ? '' : 'its worker file failed: ';
    return new NodeStartError(`${what}: ${file}${thrown.message}`, { cause: thrown });
  }
  return new NodeStartError(
    own
      ? `${what}: its thread ended at once (exit code ${exitCode})`
      : `${what}: its worker file ended without calling startNode() (exit code ${exitCode})`,
  );
}

/** What a thread is ended with that takes too long. */
export function lateError(nodeId: number, startTimeoutMs: number): NodeStartError {
  return new NodeStartError(
    `node ${nodeId} didn't start: its worker file hasn't called startNode() within ${startTimeoutMs} ms. Call it at the top level, after the imports of the actors' modules; if they take longer to load, raise \`startTimeoutMs\``,
  );
}
