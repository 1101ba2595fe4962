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
import { ActorStoppedError, InvalidOptionError } from '../protocol/errors.ts';
import type { LogLevel, StopReason } from '../protocol/events.ts';
import type { Group } from '../protocol/group.ts';
import type { Address, AskOptions, NodeId, Ref } from '../protocol/ref.ts';
import type { Cell } from './cell.ts';

export class ActorContext implements Context {
  // Not named `cell`: a behaviour has no business with it.
  readonly #cell: Cell;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  get self(): Ref<unknown> {
    return this.#cell.host.selfRef(this.#cell) as Ref<unknown>;
  }

  get node(): NodeId {
    return this.#cell.host.nodeId;
  }

  get log(): Log {
    return new CellLog(this.#cell);
  }

  get signal(): AbortSignal {
    return this.#cell.signal;
  }

  now(): number {
    return this.#cell.host.now();
  }

  random(): number {
    return this.#cell.host.random();
  }

  after(delayMs: number, fn: () => unknown): () => void {
    checkDelay(delayMs, 'delayMs');
    const cell = this.#cell;
    let done = false;
    const cancelTimer = cell.host.setTimer(delayMs, () => {
      cell.dropTimer(cancel);
      cell.addTurn('a timer', () => (done ? undefined : fn()));
    });
    const cancel = (): void => {
      done = true;
      cancelTimer();
      cell.dropTimer(cancel);
    };
    cell.addTimer(cancel);
    return cancel;
  }

  every(periodMs: number, fn: () => unknown): () => void {
    checkDelay(periodMs, 'periodMs');
    const cell = this.#cell;
    let done = false;
    let waiting = false;
    let cancelTimer: () => void;
    const arm = (): void => {
      cancelTimer = cell.host.setTimer(periodMs, () => {
        if (!waiting) {
          waiting = true;
          cell.addTurn('a timer', () => {
            waiting = false;
            return done ? undefined : fn();
          });
        }
        arm();
      });
    };
    const cancel = (): void => {
      done = true;
      cancelTimer();
      cell.dropTimer(cancel);
    };
    arm();
    cell.addTimer(cancel);
    return cancel;
  }

  spawn<Q, A extends z.ZodType>(definition: Definition<Q, A>, ...rest: SpawnArguments<A>): Promise<Ref<Q>> {
    const [args, options] = rest as [unknown, SpawnOptions?];
    const cell = this.#cell;
    if (cell.state !== 'running') return Promise.reject(new ActorStoppedError(cell.path, 'spawn'));
    const on = options?.on ?? cell.host.nodeId;
    return cell.host.spawn(definition as Definition, args, options, on, cell) as unknown as Promise<Ref<Q>>;
  }

  lookup<Q, A extends z.ZodType>(
    definition: Definition<Q, A>,
    name: string,
    options?: AskOptions,
  ): Promise<Ref<Q> | undefined> {
    const found = this.#cell.host.registry.lookup(definition as Definition, name, options);
    return found as Promise<Ref<Q> | undefined>;
  }

  lookupOrSpawn<Q, A extends z.ZodType>(
    definition: Definition<Q, A>,
    args: z.input<A>,
    options: NamedSpawnOptions,
  ): Promise<Ref<Q>> {
    const cell = this.#cell;
    if (cell.state !== 'running') return Promise.reject(new ActorStoppedError(cell.path, 'lookupOrSpawn'));
    const on = options.on ?? cell.host.nodeId;
    const found = cell.host.lookupOrSpawn(definition as Definition, args, options, on, cell);
    return found as unknown as Promise<Ref<Q>>;
  }

  group<Q, A extends z.ZodType>(definition: Definition<Q, A>, name: string): Group<Q> {
    return this.#cell.host.registry.group(definition as Definition, name, this.#cell) as Group<Q>;
  }

  watch(ref: Address, fn: (reason: StopReason) => unknown): () => void {
    return this.#cell.host.watch(this.#cell, ref, fn);
  }

  stop(ref: Address = this.self, options: StopOptions = {}): void {
    this.#cell.host.stop(ref, options.drain ?? false);
  }

  onStop(fn: () => unknown): void {
    this.#cell.addStopCallback(fn);
  }
}

class CellLog implements Log {
  readonly #cell: Cell;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  #write(level: LogLevel, text: string, fields: Record<string, unknown> | undefined): void {
    this.#cell.host.log(this.#cell, level, text, fields);
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

function checkDelay(delayMs: number, name: string): void {
  if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) {
    throw new InvalidOptionError(`${name} must be between 0 and 2,147,483,647 ms, not ${delayMs}`);
  }
}
