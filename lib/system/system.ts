// What an app holds: a system of nodes, to spawn actors on and to close.
import type * as z from 'zod';
import { ActorNode } from '../node/node.ts';
import type { Definition } from '../protocol/actor.ts';
import type {
  NamedSpawnOptions,
  Placement,
  SpawnArguments,
  SpawnOptions,
  StopOptions,
} from '../protocol/context.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { CloseReport, EventListener } from '../protocol/events.ts';
import type { Group } from '../protocol/group.ts';
import type { ActorInspection } from '../protocol/inspection.ts';
import type { Address, AskOptions, NodeId, Ref } from '../protocol/ref.ts';
import type { StoreOptions } from '../store/options.ts';
import { allocateBoard, Board } from '../threads/board.ts';
import { isNode } from '../threads/nodeFlag.ts';
import { RingTransport } from '../threads/ringTransport.ts';
import { threadWorld } from '../threads/world.ts';
import { writeError } from '../threads/writeSync.ts';
import { lifeIsWatched, publisher } from './channels.ts';
import { type CloseOptions, stopAll } from './closing.ts';
import { type ActorList, type InspectOptions, Inspector, type ListOptions } from './inspection.ts';
import { SystemLog } from './log.ts';
import { isLogOption, type LogOption } from './logSink.ts';
import type { SystemMetrics } from './metrics.ts';
import { NodeTable } from './nodeTable.ts';
import { NodeWatch } from './nodeWatch.ts';
import { type Safety, type SafetyOptions, safetyOf } from './safety.ts';
import { openStore, type SystemStore } from './store.ts';
import { defaultThreads } from './threadBudget.ts';

/** Options of {@link createSystem}. */
export interface SystemOptions extends SafetyOptions {
  /**
   * Worker threads, 0 to 256. Default: what the machine or its cgroup allows. The host thread and threads of
   * actors placed on `'own'` come on top. With 0 everything runs on the host.
   */
  threads?: number;
  /** Bytes that the rings between threads may take together, 1 MB or more; default 64 MB. */
  ringBytesMax?: number;
  /** A level from which on entries go to standard error, a function, or a logger; default `'warn'`. */
  log?: LogOption;
  /**
   * Where actors with names keep things (`ctx.store`, `ctx.persist`): a directory, or more; default: nowhere. It needs
   * the package `lmdb`.
   */
  store?: string | URL | StoreOptions;
  /** An actor that holds its node for longer is reported as `slowHandler`; default 100 ms, `false` for never. */
  slowHandlerMs?: number | false;
  /**
   * Whether the events `started` and `stopped` are made even while nobody listens to `events`: for subscribers
   * of the channels `thrum:started` and `thrum:stopped` that come later than the system. Default: whether there
   * are any now.
   */
  observe?: boolean;
}

const threadsMax = 256;

/**
 * Starts a system: this thread as its host, and worker threads.
 *
 * Where an app's entry file also defines actors, a worker imports it to find them: there this function never
 * settles, so that nothing behind it runs twice.
 *
 * @throws `InvalidOptionError`, `StoreError` when the store can't be opened
 */
export async function createSystem(options: SystemOptions = {}): Promise<System> {
  if (isNode()) return new Promise<never>(() => {});
  const threads = options.threads ?? defaultThreads();
  if (!Number.isInteger(threads) || threads < 0 || threads > threadsMax) {
    throw new InvalidOptionError(`threads must be an integer from 0 to ${threadsMax}, not ${threads}`);
  }
  const ringBytesMax = options.ringBytesMax ?? 64 * 1024 * 1024;
  if (!Number.isInteger(ringBytesMax) || ringBytesMax < 1024 * 1024 || ringBytesMax > 2 ** 30) {
    throw new InvalidOptionError(`ringBytesMax must be from 1 MB to 1 GB, not ${ringBytesMax}`);
  }
  const log = options.log ?? 'warn';
  if (!isLogOption(log)) {
    throw new InvalidOptionError(
      "log must be 'debug', 'info', 'warn', 'error', 'silent', a function, or an object with debug, info, warn and error",
    );
  }
  const slowHandlerMs =
    options.slowHandlerMs === false ? Number.POSITIVE_INFINITY : (options.slowHandlerMs ?? 100);
  if (!(slowHandlerMs > 0)) {
    throw new InvalidOptionError(`slowHandlerMs must be above 0, or false, not ${options.slowHandlerMs}`);
  }
  const safety = safetyOf(options);
  const store = await openStore(options.store);
  const system = new System({
    threads,
    ringBytesMax,
    slowHandlerMs,
    observe: options.observe ?? lifeIsWatched(),
    log: new SystemLog(log),
    safety,
    store,
    report: log === 'silent' ? () => {} : writeError,
  });
  await system[start]();
  return system;
}

/** Where actors may be: the nodes of a system, and the events that happen on them. */
export interface SystemEvents {
  /** Listens to everything that happens in the system, on all nodes; returns a function that ends it. */
  on(listener: EventListener): () => void;
}

/** Options that have been checked. */
interface Settings {
  readonly threads: number;
  readonly ringBytesMax: number;
  readonly slowHandlerMs: number;
  readonly observe: boolean;
  readonly log: SystemLog;
  readonly safety: Safety;
  readonly store: SystemStore | undefined;
  /** Writes to standard error at once. */
  readonly report: (text: string) => void;
}

const start = Symbol('start');

export class System {
  /** Worker threads it was made with. */
  readonly threads: number;
  readonly events: SystemEvents;
  readonly #node: ActorNode;
  readonly #nodes: NodeTable;
  readonly #transport: RingTransport;
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
  constructor({ threads, ringBytesMax, slowHandlerMs, observe, log, safety, store, report }: Settings) {
    this.threads = threads;
    this.#log = log;
    this.#store = store;
    const { unresponsive, ...heap } = safety;
    const settings = { board: allocateBoard(), ringBytesMax, slowHandlerMs, ...heap };
    const board = new Board(settings.board, 0);
    this.#transport = new RingTransport({
      node: 0,
      board,
      ringBytesMax,
      down: [],
      spin: false,
      connect: (to, channel) => nodes.connect(0, to, channel),
    });
    const nodes = new NodeTable(this.#transport, board, settings, () => store?.connect());
    this.#nodes = nodes;
    this.#inspector = new Inspector(nodes);
    const world = threadWorld(
      this.#transport,
      board,
      {
        spawn: (request, on) => nodes.spawn(request, on),
        // The host never dies while there is somebody to know.
        stopped: () => {},
        cancel: (id) => nodes.cancel(id),
        // The host's definitions are the app's own: what it spawns, it has imported.
        load: (module) => import(module),
      },
      store?.storage,
    );
    this.#node = new ActorNode(0, world, { slowHandlerMs });
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
        report,
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
   * What all nodes have counted, and how long asks take. It reads shared memory and waits for nobody, so it can
   * be called often, and also while a node is stuck. Also after closing.
   */
  metrics(): SystemMetrics {
    return this.#nodes.metrics.read(this.#nodes.live);
  }

  /**
   * Looks at one actor; `undefined` when it is gone.
   *
   * @throws `AskTimeoutError` when its node doesn't answer in time
   */
  inspect(ref: Address, options: InspectOptions = {}): Promise<ActorInspection | undefined> {
    return this.#inspector.inspect(this.#node.identify(ref), ref.path, options);
  }

  /** Lists the actors of all nodes, as far as they answer in time, and names those that don't. */
  actors(options: ListOptions = {}): Promise<ActorList> {
    return this.#inspector.actors(options);
  }

  /**
   * Stops all actors, children before parents, then ends the threads. Afterwards the process can exit. What
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
    await this.#nodes.terminate();
    await this.#store?.close();
    this.#watch?.stop();
    this.#transport.close();
    // Messages that ended with their threads.
    this.#node.flushDeadLetters();
    const report = { ...outcome, elapsedMs: performance.now() - startedAt };
    this.#node.events.emit({ type: 'closed', node: 0, report });
    this.#log.flush();
    clearInterval(this.#keepAlive);
    return report;
  }

  /** For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
