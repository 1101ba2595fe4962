// The host's side of one worker node: its thread, its control, and its death.
import type { EventLoopUtilization } from 'node:perf_hooks';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type * as Comlink from 'comlink';
import type { ActorListing } from '../node/inspect.ts';
import type { Spawned, SpawnRequest } from '../node/world.ts';
import { NodeDownError } from '../protocol/errors.ts';
import type { ActorInspection } from '../protocol/inspection.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import { type HostControl, type NodeData, type Outcome, unwrap, type WorkerControl } from './control.ts';
import { controlEndpoint } from './controlEndpoint.ts';
import { type Ending, endingOf } from './ending.ts';
import { isUp } from './greeting.ts';
import type { Channel } from './ringTransport.ts';
import type { Vitals } from './vitals.ts';
import { lateError, startErrorOf, startThread, type WorkerFactory } from './workerThread.ts';

/** What a worker node is started with, and what its host sees of it. */
export interface WorkerSettings extends Omit<NodeData['thrumNode'], 'worker' | 'host'> {
  readonly vitals: Vitals;
  /** Bytes of its heap; undefined: V8's default. */
  readonly heapLimitBytes: number | undefined;
  /** Bytes of its space for new objects. */
  readonly heapYoungBytes: number;
  /** Makes the thread; undefined: the library does. */
  readonly workerFactory: WorkerFactory | undefined;
  /** Milliseconds until a thread that the app makes must be a node. */
  readonly startTimeoutMs: number;
}

export class WorkerHandle {
  readonly nodeId: NodeId;
  readonly worker: Worker;
  readonly threadId: number;
  readonly vitals: Vitals;
  /** Resolves when the thread runs; rejects when it dies before. */
  readonly up: Promise<void>;
  /** True from the moment the thread is known to be gone. */
  down = false;
  private readonly controlPort: MessagePort;
  private readonly hostPort: MessagePort;
  private readonly host: HostControl;
  private readonly onDown: (ending: Ending) => void;
  private readonly waiting = new Set<(error: Error) => void>();
  private control: Promise<Comlink.Remote<WorkerControl>> | undefined = undefined;
  /** What the thread died of, as far as it is known before its end. */
  private thrown: Error | undefined = undefined;
  private killedFor: Error | undefined = undefined;
  private isUp = false;
  /** The app's own file runs on it. */
  private readonly isForeign: boolean;
  private ending: Ending | undefined = undefined;

  constructor(
    { vitals, heapLimitBytes, heapYoungBytes, workerFactory, startTimeoutMs, ...settings }: WorkerSettings,
    host: HostControl,
    onDown: (ending: Ending) => void,
  ) {
    const { nodeId } = settings;
    this.nodeId = nodeId;
    this.vitals = vitals;
    this.host = host;
    this.onDown = onDown;
    const control = new MessageChannel();
    const toHost = new MessageChannel();
    this.controlPort = control.port1;
    this.hostPort = toHost.port1;
    const data: NodeData = { thrumNode: { ...settings, worker: control.port2, host: toHost.port2 } };
    this.isForeign = workerFactory !== undefined;
    this.worker = startThread({ data, worker: workerFactory, heapLimitBytes, heapYoungBytes });
    this.threadId = this.worker.threadId;
    this.up = this.awaitUp(this.isForeign ? startTimeoutMs : undefined);
    // Whoever waits hears of it; an unhandled rejection would hide the cause.
    this.up.catch(() => {});
    this.worker.on('error', (error) => {
      this.thrown = error instanceof Error ? error : new Error(String(error));
    });
    this.worker.on('exit', (code) => this.died(code));
    // From here on: what a worker calls while the host hasn't loaded Comlink waits in its port.
    void this.open();
  }

  /** Of its thread, as seen from outside. */
  get eventLoop(): EventLoopUtilization {
    return this.worker.performance.eventLoopUtilization();
  }

  private awaitUp(timeoutMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      const late =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => this.kill(lateError(this.nodeId, timeoutMs)), timeoutMs);
      const hear = (message: unknown): void => {
        if (!isUp(message)) return;
        this.isUp = true;
        clearTimeout(late);
        this.worker.off('message', hear);
        this.waiting.delete(reject);
        resolve();
      };
      this.worker.on('message', hear);
      this.worker.once('exit', () => clearTimeout(late));
    });
  }

  private died(code: number): void {
    this.down = true;
    this.controlPort.close();
    this.hostPort.close();
    this.ending = endingOf(this.nodeId, this.vitals, code, this.thrown, this.killedFor);
    const error = this.isUp
      ? this.downError()
      : (this.killedFor ?? startErrorOf(this.nodeId, !this.isForeign, this.thrown, code));
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
    this.onDown(this.ending);
  }

  private downError(): NodeDownError {
    const { why, cause } = this.ending!;
    return new NodeDownError(this.nodeId, `node ${this.nodeId} went down: ${why}`, cause && { cause });
  }

  /** Comlink is loaded on first use: a system that only starts and stops doesn't need it. */
  private open(): Promise<Comlink.Remote<WorkerControl>> {
    this.control ??= import('comlink').then((comlink) => {
      comlink.expose(this.host, controlEndpoint(this.hostPort));
      // The worker itself holds the process open; these ports must not outlive it in doing so.
      this.hostPort.unref();
      const control = comlink.wrap<WorkerControl>(controlEndpoint(this.controlPort));
      this.controlPort.unref();
      return control;
    });
    return this.control;
  }

  /** A control call that settles when the thread dies, which Comlink's own never would. */
  private call<T>(make: (control: Comlink.Remote<WorkerControl>) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.down) return reject(this.downError());
      this.waiting.add(reject);
      this.open()
        .then(make)
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });
  }

  async spawn(request: SpawnRequest): Promise<Spawned> {
    const outcome = await this.call<Outcome<Spawned>>(async (control) => control.spawn(request));
    return unwrap(outcome);
  }

  accept(from: NodeId, { ring, port }: Channel): void {
    if (this.down) return port.close();
    this.notify(async (control) => {
      const comlink = await import('comlink');
      return control.accept(from, ring, comlink.transfer(port, [port as never]));
    });
  }

  nodeDown(...news: Parameters<WorkerControl['nodeDown']>): void {
    this.notify((control) => control.nodeDown(...news));
  }

  relocated(id: string, to: ActorId | undefined): void {
    this.notify((control) => control.relocated(id, to));
  }

  forget(id: string): void {
    this.notify((control) => control.forget(id));
  }

  inspect(cell: number): Promise<ActorInspection | undefined> {
    return this.call(async (control) => control.inspect(cell));
  }

  actors(limit: number): Promise<ActorListing> {
    return this.call(async (control) => control.actors(limit));
  }

  /** Whether nothing goes on on the node. */
  quiet(): Promise<boolean> {
    return this.call(async (control) => control.quiet());
  }

  /** Stops the node's actors. */
  close(): Promise<void> {
    return this.call((control) => control.close());
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  /** Ends the thread because of `reason`, which its death is explained with. */
  kill(reason: Error): void {
    this.killedFor ??= reason;
    void this.terminate();
  }

  /** A call nobody waits for: only a dead thread makes it fail, and that is reported already. */
  private notify(make: (control: Comlink.Remote<WorkerControl>) => Promise<unknown>): void {
    this.call(make).catch(() => {});
  }
}
