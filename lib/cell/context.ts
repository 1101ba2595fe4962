// The context handed to `create`: a thin face on the cell, with its methods on the prototype so that an idle
// actor stays small.
import type * as z from 'zod';
import type { Definition } from '../protocol/actor.ts';
import type {
  Context,
  Log,
  NamedSpawnOptions,
  SpawnArguments,
  SpawnOptions,
  StopOptions,
} from '../protocol/context.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { LogLevel, StopReason } from '../protocol/events.ts';
import type { Group } from '../protocol/group.ts';
import type { Handlers } from '../protocol/message.ts';
import type { PersistOptions } from '../protocol/persist.ts';
import type { Address, AskOptions, NodeId, Ref } from '../protocol/ref.ts';
import type { Resource } from '../protocol/resource.ts';
import type { Store } from '../protocol/store.ts';
import type { RunArguments, RunOptions, Task } from '../protocol/task.ts';
import type { Cell } from './cell.ts';
import { checkHandlers } from './dispatch.ts';
import { ActorStore } from './durable/actorStore.ts';
import { persist } from './durable/persist.ts';
import { loggedTurn, never, nextChance } from './durable/turn.ts';
import { volumeOf } from './durable/volume.ts';
import { requestStop } from './lifecycle.ts';
import { stash, unstashAll } from './stash.ts';
import { after, checkDelay, every, sleep } from './timers.ts';

export class ActorContext implements Context {
  // Not named `cell`: a behaviour has no business with it.
  readonly #cell: Cell;
  #store: ActorStore | undefined = undefined;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  get self(): Ref<unknown> {
    return this.#cell.kind.host.selfRef(this.#cell) as Ref<unknown>;
  }

  get node(): NodeId {
    return this.#cell.kind.host.nodeId;
  }

  get log(): Log {
    return new CellLog(this.#cell);
  }

  get signal(): AbortSignal {
    const cell = this.#cell;
    if (cell.context !== this) return AbortSignal.abort(cell.goneError());
    const drains = cell.state === 'stopping' && cell.draining;
    const ended = cell.state === 'running' || drains ? undefined : cell.goneError();
    return cell.asks?.signalOfCurrent(ended) ?? cell.own().signal(ended);
  }

  get store(): Store {
    const cell = this.#cell;
    this.#store ??= new ActorStore(volumeOf(cell), cell.kind.host.platform, () => cell.context === this);
    return this.#store;
  }

  persist(options: PersistOptions<unknown>): void {
    const cell = this.#cell;
    if (cell.context !== this || cell.state !== 'running' || cell.behaviour !== undefined) {
      throw new InvalidOptionError(`ctx.persist of ${cell.path} belongs into create`);
    }
    persist(cell, options);
  }

  now(): number {
    if (loggedTurn.active) return loggedTurn.now;
    return this.#cell.kind.host.now();
  }

  random(): number {
    if (loggedTurn.active) return nextChance();
    return this.#cell.kind.host.random();
  }

  /**
   * Whether this is the actor's present behaviour, not about to be gone, and not one that only repeats what it has done:
   * else nothing begins any more.
   */
  get #live(): boolean {
    const cell = this.#cell;
    const { state } = cell;
    return (
      !loggedTurn.replaying &&
      cell.context === this &&
      (state === 'running' || state === 'stopping' || state === 'restarting')
    );
  }

  after(delayMs: number, fn: () => unknown): () => void {
    checkDelay(delayMs, 'delayMs');
    return this.#live ? after(this.#cell, delayMs, fn) : nothing;
  }

  sleep(delayMs: number): Promise<void> {
    checkDelay(delayMs, 'delayMs');
    if (loggedTurn.replaying) return never();
    return this.#live ? sleep(this.#cell, delayMs) : Promise.reject(this.#cell.goneError());
  }

  every(periodMs: number, fn: () => unknown): () => void {
    checkDelay(periodMs, 'periodMs');
    return this.#live ? every(this.#cell, periodMs, fn) : nothing;
  }

  spawn<Q, A extends z.ZodType>(definition: Definition<Q, A>, ...rest: SpawnArguments<A>): Promise<Ref<Q>> {
    if (loggedTurn.replaying) return never();
    const [args, options] = rest as [unknown, SpawnOptions?];
    const cell = this.#cell;
    if (cell.state !== 'running' || cell.context !== this) {
      return Promise.reject(cell.goneError('spawn'));
    }
    const { host } = cell.kind;
    const on = options?.on ?? host.nodeId;
    return host.spawn(definition as Definition, args, options, on, cell) as unknown as Promise<Ref<Q>>;
  }

  lookup<Q, A extends z.ZodType>(
    definition: Definition<Q, A>,
    name: string,
    options?: AskOptions,
  ): Promise<Ref<Q> | undefined> {
    if (loggedTurn.replaying) return never();
    const found = this.#cell.kind.host.registry.lookup(definition as Definition, name, options);
    return found as Promise<Ref<Q> | undefined>;
  }

  lookupOrSpawn<Q, A extends z.ZodType>(
    definition: Definition<Q, A>,
    args: z.input<A>,
    options: NamedSpawnOptions,
  ): Promise<Ref<Q>> {
    if (loggedTurn.replaying) return never();
    const cell = this.#cell;
    if (cell.state !== 'running' || cell.context !== this) {
      return Promise.reject(cell.goneError('lookupOrSpawn'));
    }
    const { host } = cell.kind;
    const on = options.on ?? host.nodeId;
    const found = host.lookupOrSpawn(definition as Definition, args, options, on, cell);
    return found as unknown as Promise<Ref<Q>>;
  }

  run<In extends z.ZodType, Out extends z.ZodType>(
    task: Task<In, Out>,
    ...rest: RunArguments<In>
  ): Promise<z.output<Out>> {
    const [input, options] = rest as [unknown, RunOptions?];
    if (loggedTurn.replaying) return never();
    const cell = this.#cell;
    if (!this.#live) return Promise.reject(cell.goneError());
    const own = cell.own();
    const run = cell.kind.host.runTask(task as Task, input, options);
    const giveUp = (): void => run.giveUp(cell.goneError());
    own.addTimer(giveUp);
    run.onEnd = () => own.dropTimer(giveUp);
    return run.result as Promise<z.output<Out>>;
  }

  use<T>(resource: Resource<T>): Promise<T> {
    if (loggedTurn.replaying) return never();
    const cell = this.#cell;
    if (!this.#live) return Promise.reject(cell.goneError());
    const own = cell.own();
    return new Promise<T>((resolve, reject) => {
      const giveUp = (): void => reject(cell.goneError());
      own.addTimer(giveUp);
      cell.kind.host
        .useResource(resource as Resource)
        .finally(() => own.dropTimer(giveUp))
        .then(resolve as (value: unknown) => void, reject);
    });
  }

  group<Q, A extends z.ZodType>(definition: Definition<Q, A>, name: string): Group<Q> {
    const watcher = { cell: this.#cell, isLive: () => this.#live };
    return this.#cell.kind.host.registry.group(definition as Definition, name, watcher) as Group<Q>;
  }

  watch(ref: Address, fn: (reason: StopReason) => unknown): () => void {
    return this.#live ? this.#cell.kind.host.watching.watch(this.#cell, ref, fn) : nothing;
  }

  stop(ref: Address | undefined = undefined, options: StopOptions = {}): void {
    if (loggedTurn.replaying) return;
    const cell = this.#cell;
    // A behaviour that has ended must not stop the one that came after it.
    if (cell.context !== this && (ref === undefined || this.self.equals(ref))) return;
    const { drain = false, kill = false } = options;
    if (ref === undefined) requestStop(cell, drain, kill);
    else cell.kind.host.stop(ref, drain, kill);
  }

  onStop(fn: () => unknown): void {
    if (this.#live || loggedTurn.replaying) this.#cell.own().addStopCallback(fn);
  }

  become(handlers: Handlers<unknown>): void {
    const cell = this.#cell;
    const checked = checkHandlers(cell.kind.definition.name, cell.table, handlers);
    if (this.#live || loggedTurn.replaying) cell.behaviour = checked;
  }

  stash(): void {
    if (this.#live) stash(this.#cell);
  }

  unstashAll(): void {
    if (this.#live) unstashAll(this.#cell);
  }
}

const nothing = (): void => {};

class CellLog implements Log {
  readonly #cell: Cell;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  #write(level: LogLevel, text: string, fields: Record<string, unknown> | undefined): void {
    if (loggedTurn.replaying) return;
    this.#cell.kind.host.reports.log(this.#cell, level, text, fields);
  }

  debug(text: string, fields?: Record<string, unknown>): void {
    this.#write('debug', text, fields);
  }

  info(text: string, fields?: Record<string, unknown>): void {
    this.#write('info', text, fields);
  }

  warn(text: string, fields?: Record<string, unknown>): void {
    this.#write('warn', text, fields);
  }

  error(text: string, fields?: Record<string, unknown>): void {
    this.#write('error', text, fields);
  }
}
