// How a worker node reaches the pool, which is the host's: a port of its own. What a request or an outcome holds
// changes hands twice and is never opened on the host's thread.
import type { MessagePort } from 'node:worker_threads';
import type { TaskOutcome, TaskRunner } from '../node/world.ts';
import { reviveError, type SerializedError, serializeError } from '../wire/errorCodec.ts';
import { type Parcel, transferable } from '../wire/taskFrames.ts';
import { nodePlatform } from './platform.ts';

type Order =
  | { readonly id: number; readonly request: Parcel }
  | { readonly id: number; readonly abort: true };

type CarriedOutcome =
  | Exclude<TaskOutcome, { readonly lost: string }>
  | { readonly lost: string; readonly error: SerializedError | undefined };

interface Answer {
  readonly id: number;
  readonly outcome: CarriedOutcome;
}

/** The node's end. */
export class RemoteTasks implements TaskRunner {
  private readonly connect: () => MessagePort;
  private readonly open = new Map<number, (outcome: TaskOutcome) => void>();
  private port: MessagePort | undefined = undefined;
  private lastId = 0;

  /** @param connect opens the port, on first use */
  constructor(connect: () => MessagePort) {
    this.connect = connect;
  }

  run(request: Parcel, settle: (outcome: TaskOutcome) => void): () => void {
    const port = this.opened();
    const id = ++this.lastId;
    this.open.set(id, settle);
    port.postMessage({ id, request } satisfies Order, transferable(request));
    return () => {
      if (this.open.delete(id)) port.postMessage({ id, abort: true } satisfies Order);
    };
  }

  private opened(): MessagePort {
    if (this.port === undefined) {
      this.port = this.connect();
      this.port.on('message', ({ id, outcome }: Answer) => {
        const settle = this.open.get(id);
        this.open.delete(id);
        settle?.(revived(outcome));
      });
      // The node itself is what keeps its thread.
      this.port.unref();
    }
    return this.port;
  }
}

/** The host's end: runs what comes by the port, until it closes, which it does when the node is gone. */
export function serveTasks(port: MessagePort, runner: TaskRunner): void {
  const aborts = new Map<number, () => void>();
  let closed = false;
  port.on('message', (order: Order) => {
    const { id } = order;
    if ('abort' in order) {
      aborts.get(id)?.();
      aborts.delete(id);
      return;
    }
    const abort = runner.run(order.request, (outcome) => {
      aborts.delete(id);
      if (closed) return;
      const answer: Answer = { id, outcome: carried(outcome) };
      port.postMessage(answer, 'frame' in outcome ? transferable(outcome) : []);
    });
    aborts.set(id, abort);
  });
  port.on('close', () => {
    closed = true;
    for (const abort of aborts.values()) abort();
    aborts.clear();
  });
  port.unref();
}

function carried(outcome: TaskOutcome): CarriedOutcome {
  if (!('lost' in outcome)) return outcome;
  const { lost, cause } = outcome;
  return { lost, error: cause && serializeError(cause, nodePlatform) };
}

function revived(outcome: CarriedOutcome): TaskOutcome {
  if (!('lost' in outcome)) return outcome;
  const { lost, error } = outcome;
  return { lost, cause: error && reviveError(error, []) };
}
