// What an app holds: a system of nodes, to spawn actors on and to close.
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import type * as z from 'zod';
import { TaskPool } from '../compute/taskPool.ts';
import type { ActorNode } from '../node/node.ts';
import { replacementsElsewhere } from '../node/resources.ts';
import type { Control } from '../node/world.ts';
import type { Definition } from '../protocol/actor.ts';
import type {
  NamedSpawnOptions,
  Placement,
  SpawnArguments,
  SpawnOptions,
  StopOptions,
} from '../protocol/context.ts';
import type { CloseReport, EventListener } from '../protocol/events.ts';
import type { Group } from '../protocol/group.ts';
import type { ActorInspection } from '../protocol/inspection.ts';
import type { Address, AskOptions, NodeId, Ref } from '../protocol/ref.ts';
import type { Resource } from '../protocol/resource.ts';
import type { RunArguments, RunOptions, Task } from '../protocol/task.ts';
import { importModule } from '../threads/importModule.ts';
import { publisher } from './channels.ts';
import { type CloseOptions, stopAll } from './closing.ts';
import type { HostTransport } from './ground.ts';
import { type ActorList, type InspectOptions, Inspector, type ListOptions } from './inspection.ts';
import { ofSystem, type SystemLog } from './log.ts';
import type { SystemMetrics } from './metrics.ts';
import { NodeTable } from './nodeTable.ts';
import { NodeWatch } from './nodeWatch.ts';
import type { Settings } from './options.ts';
import type { SystemStore } from './store.ts';

/** Where actors may be: the nodes of a system, and the events that happen on them. */
export interface SystemEvents {
  /** Listens to everything that happens in the system, on all nodes; returns a function that ends it. */
  on(listener: EventListener): () => void;
}

/** Names the method that starts a system's worker nodes: nobody else's to call. */
export const start: unique symbol = Symbol('start');

export class System {
  /** Worker threads it was made with. */
  readonly threads: number;
  readonly events: SystemEvents;
  readonly #node: ActorNode;
  readonly #nodes: NodeTable;
  readonly #transport: HostTransport;
  readonly #tasks: TaskPool | undefined;
  readonly #log: SystemLog;
  readonly #inspector: Inspector;
  readonly #watch: NodeWatch | undefined;
  readonly #store: SystemStore | undefined;
  // Without a worker thread nothing else would keep the process alive while asks are open.
  readonly #keepAlive: NodeJS.Timeout;
  #closing: Promise<CloseReport> | undefined = undefined;
  /** How many listen to `events`. */
  #listeners = 0;

  /** Use {@link createSystem}. */
  constructor({ ground: makeGround, threads, ringBytesMax, slowHandlerMs, observe, log, ...rest }: Settings) {
    const { store, tasks, replacements } = rest;
    this.threads = threads;
    this.#log = log;
    this.#store = store;
    const { unresponsive, threadReplacements, ...heap } = rest.safety;
    const ground = makeGround(ringBytesMax, (to, channel) => nodes.connect(0, to, channel));
    const { board } = ground;
    this.#transport = ground.transport;
    const { heapLimitBytes } = heap;
    this.#tasks =
      tasks &&
      new TaskPool({
        ...tasks,
        allowed: () => tasks.allowed(board.awakeNodes),
        busyNodes: () => board.awakeNodes,
        heapLimitBytes,
        report: (text, error) => this.#warn(`${text}: ${error.message}`),
      });
    const settings = {
      board: ground.memory,
      ringBytesMax,
      slowHandlerMs,
      replacements: replacementsElsewhere(replacements),
      workerFactory: rest.workerFactory,
      startTimeoutMs: rest.startTimeoutMs,
      ...heap,
    };
    const nodes = new NodeTable(ground, this.#tasks, settings, threadReplacements, () => store?.connect());
    this.#nodes = nodes;
    this.#inspector = new Inspector(nodes);
    const control: Control = {
      spawn: (request, on) => nodes.spawn(request, on),
      // The host never dies while there is somebody to know.
      stopped: () => {},
      cancel: (id) => nodes.cancel(id),
      // The host's definitions are the app's own: what it spawns, it has imported.
      load: importModule,
    };
    const given = { ...(this.#tasks && { tasks: this.#tasks }), replacements, storage: store?.storage };
    this.#node = ground.hostNode(control, { slowHandlerMs }, given);
    nodes.attach(this.#node);
    this.#node.events.on(log.listener);
    store?.onDeath((event) => this.#node.events.emit(event));
    this.#node.events.on(publisher(this));
    nodes.observe(observe);
    this.#keepAlive = setInterval(() => {}, 2 ** 30);
    this.#watch =
      unresponsive &&
      new NodeWatch(
        unresponsive,
        {
          workers: () => nodes.handles,
          handled: (nodeId) => board.countersOf(nodeId)[1]!,
          wake: (nodeId) => board.ring(nodeId, 0),
        },
        (event) => this.#node.events.emit(event),
        rest.report,
      );
    this.events = {
      on: (listener) => {
        const off = this.#node.events.on(listener);
        this.#listeners++;
        nodes.observe(true);
        let listening = true;
        return () => {
          if (!listening) return;
          listening = false;
          off();
          if (--this.#listeners === 0) nodes.observe(observe);
        };
      },
    };
  }

  async [start](): Promise<void> {
    try {
      await Promise.all(Array.from({ length: this.threads }, () => this.#nodes.start(true)));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The live nodes: 0 is the host thread. */
  get nodes(): readonly NodeId[] {
    return this.#nodes.ids;
  }

  /**
   * Starts an actor; resolves when its `create` has returned.
   *
   * @throws `InvalidMessageError` for arguments that don't fit, `NameTakenError`, `DefinitionNotFoundError`,
   * `NodeDownError`, `SystemClosedError`, and what `create` throws
   */
  spawn<P, A extends z.ZodType>(definition: Definition<P, A>, ...rest: SpawnArguments<A>): Promise<Ref<P>> {
    const [args, options] = rest as [unknown, SpawnOptions?];
    const on = options?.on ?? this.#placement;
    const spawned = this.#node.spawn(definition as Definition, args, options, on, undefined);
    return spawned as unknown as Promise<Ref<P>>;
  }

  get #placement(): Placement {
    return this.threads === 0 ? 'host' : 'any';
  }

  /**
   * The living actor of `definition` that was spawned as `name`, on whichever node; `undefined` if there is none. For
   * one that is just starting it waits until that has succeeded or failed, by default 5 s.
   *
   * @throws `InvalidOptionError` for what can't be a name, `DefinitionConflictError` when the actor's protocol is
   * another version of the definition's, `AskTimeoutError`, `SystemClosedError`
   */
  lookup<P, A extends z.ZodType>(
    definition: Definition<P, A>,
    name: string,
    options?: AskOptions,
  ): Promise<Ref<P> | undefined> {
    const found = this.#node.registry.lookup(definition as Definition, name, options);
    return found as unknown as Promise<Ref<P> | undefined>;
  }

  /**
   * The actor of that name, started with `args` if there is none. Of calls that race, on whichever nodes, one starts
   * it and all get the same actor; where the start fails, that call rejects and the next one tries.
   *
   * @throws what {@link System.spawn} and {@link System.lookup} throw, but for `NameTakenError`
   */
  lookupOrSpawn<P, A extends z.ZodType>(
    definition: Definition<P, A>,
    args: z.input<A>,
    options: NamedSpawnOptions,
  ): Promise<Ref<P>> {
    const on = options.on ?? this.#placement;
    const found = this.#node.lookupOrSpawn(definition as Definition, args, options, on, undefined);
    return found as unknown as Promise<Ref<P>>;
  }

  /** The actors of `definition` that have joined under `name`. */
  group<P, A extends z.ZodType>(definition: Definition<P, A>, name: string): Group<P> {
    return this.#node.registry.group(definition as Definition, name, undefined) as Group<P>;
  }

  /** Stops an actor after the handler that runs. */
  stop(ref: Address, options: StopOptions = {}): void {
    this.#node.stop(ref, options.drain ?? false, options.kill ?? false);
  }

  /**
   * Runs a task on a thread of the system's pool; resolves to its result. An input that doesn't fit its schema throws
   * `InvalidMessageError` at once.
   *
   * @throws (as a rejection) the task's error, `InvalidResultError`, `TaskTimeoutError`, `TaskThreadError`,
   * `TaskQueueFullError`, `DefinitionNotFoundError`, `SystemClosedError`, or the signal's reason
   */
  run<In extends z.ZodType, Out extends z.ZodType>(
    task: Task<In, Out>,
    ...rest: RunArguments<In>
  ): Promise<z.output<Out>> {
    const [input, options] = rest as [unknown, RunOptions?];
    return this.#node.tasks.run(task as Task, input, options).result as Promise<z.output<Out>>;
  }

  /**
   * The resource as the host's actors have it: opened on first use, closed with the system.
   *
   * @throws (as a rejection) `ResourceOpenError`, `ResourceUnavailableError`, `SystemClosedError`
   */
  use<T>(resource: Resource<T>): Promise<T> {
    return this.#node.resources.use(resource as Resource) as Promise<T>;
  }

  /**
   * What all nodes have counted, and how long asks take. It reads shared memory and waits for nobody, so it can
   * be called often, and also while a node is stuck. Also after closing.
   */
  metrics(): SystemMetrics {
    return this.#nodes.metrics.read(this.#nodes.looks.live);
  }

  /**
   * Looks at one actor; `undefined` when it is gone.
   *
   * @throws `AskTimeoutError` when its node doesn't answer in time
   */
  inspect(ref: Address, options: InspectOptions = {}): Promise<ActorInspection | undefined> {
    return this.#inspector.inspect(this.#node.refs.identify(ref), ref.path, options);
  }

  /** Lists the actors of all nodes, as far as they answer in time, and names those that don't. */
  actors(options: ListOptions = {}): Promise<ActorList> {
    return this.#inspector.actors(options);
  }

  /**
   * Stops all actors, children before parents, closes resources, then ends the threads. Afterwards the process can exit. What
   * hasn't stopped in time is ended with its thread, and named in what this resolves to and in the log. Further
   * calls return the promise of the first.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(options.timeoutMs ?? 5000, options.drain ?? false);
    return this.#closing;
  }

  async #close(timeoutMs: number, drain: boolean): Promise<CloseReport> {
    const startedAt = performance.now();
    const outcome = await stopAll(this.#node, this.#nodes, timeoutMs, drain);
    await Promise.all([
      this.#nodes.terminate(),
      this.#tasks?.close(startedAt + timeoutMs - performance.now()),
    ]);
    if ((await this.#store?.close(startedAt + timeoutMs - performance.now())) === false) {
      this.#warn("the store's disk didn't answer in time: what it was asked to write last may not be there");
    }
    this.#watch?.stop();
    this.#transport.close();
    // Messages that ended with their threads.
    this.#node.reports.flush();
    const report = { ...outcome, elapsedMs: performance.now() - startedAt };
    this.#node.events.emit({ type: 'closed', node: 0, report });
    this.#log.flush();
    clearInterval(this.#keepAlive);
    return report;
  }

  #warn(text: string): void {
    this.#node.events.emit(ofSystem('warn', text));
  }

  /** For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
