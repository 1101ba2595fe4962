// What a behaviour must not use, because it differs from run to run, refuses while a simulation takes its events, and
// names what the context has instead. Outside of that (other tests of the process, say) everything is as ever.
import { ThrumError } from '../protocol/errors.ts';

/** Something that can't be replayed was used inside a simulation. */
export class NondeterminismError extends ThrumError {
  constructor(name: string, instead: string) {
    super(
      'ERR_THRUM_NONDETERMINISM',
      `${name} was called inside a simulation, where it would differ from run to run: use ${instead}`,
    );
  }
}

/** Each with what to use instead; by the object that has it. */
const guarded: readonly [owner: string | undefined, name: string, instead: string][] = [
  ['Date', 'now', 'ctx.now()'],
  ['performance', 'now', 'ctx.now()'],
  ['Math', 'random', 'ctx.random()'],
  ['crypto', 'randomUUID', 'ctx.random() to make an identifier'],
  ['crypto', 'getRandomValues', 'ctx.random()'],
  ['AbortSignal', 'timeout', 'an ask with { timeoutMs }, or ctx.after()'],
  ['process', 'hrtime', 'ctx.now()'],
  ['process', 'uptime', 'ctx.now()'],
  [undefined, 'setTimeout', 'ctx.after(delayMs, fn), or await ctx.sleep(delayMs)'],
  [undefined, 'setInterval', 'ctx.every(periodMs, fn)'],
  [undefined, 'setImmediate', 'ctx.after(0, fn)'],
  [undefined, 'requestAnimationFrame', 'ctx.every(periodMs, fn)'],
  [undefined, 'fetch', 'an actor or a resource that the simulation replaces'],
];

type Functions = Record<string, unknown>;

class Guard {
  /** Set while events of a simulation are taken: everything that runs is theirs. */
  private onRefused: ((error: NondeterminismError) => void) | undefined = undefined;
  private installed = 0;
  private restore: (() => void)[] = [];

  /** `onRefused` is told of each refusal: a behaviour may catch the error, but the run isn't good any more. */
  enter(onRefused: (error: NondeterminismError) => void): void {
    this.onRefused = onRefused;
  }

  leave(): void {
    this.onRefused = undefined;
  }

  /** Puts the refusing functions in place, until as many {@link uninstall} calls. */
  install(): void {
    if (this.installed++ > 0) return;
    for (const [owner, name, instead] of guarded) {
      const object = (owner === undefined ? globalThis : globalThis[owner as never]) as Functions | undefined;
      if (object !== undefined && typeof object[name] === 'function') this.wrap(object, owner, name, instead);
    }
    this.wrapDate();
  }

  uninstall(): void {
    if (--this.installed > 0) return;
    for (const undo of this.restore.reverse()) undo();
    this.restore = [];
  }

  private wrap(object: Functions, owner: string | undefined, name: string, instead: string): void {
    const original = object[name] as (...args: unknown[]) => unknown;
    const check = (): void => this.check(owner === undefined ? `${name}()` : `${owner}.${name}()`, instead);
    const guardedFunction = function (this: unknown, ...args: unknown[]): unknown {
      check();
      return original.apply(this, args);
    };
    // Others may have hung something on it: promisify's symbol, `hrtime.bigint`.
    Object.defineProperties(guardedFunction, Object.getOwnPropertyDescriptors(original));
    this.replace(object, name, guardedFunction);
  }

  /** `new Date()` and `Date()` without arguments are the present; with them, they only calculate. */
  private wrapDate(): void {
    const check = (): void => this.check('new Date()', 'ctx.now()');
    const guardedDate: DateConstructor = new Proxy(Date, {
      construct(target, args, newTarget): Date {
        if (args.length === 0) check();
        return Reflect.construct(target, args, newTarget === guardedDate ? target : newTarget) as Date;
      },
      apply(target) {
        check();
        return target();
      },
    });
    this.replace(globalThis as unknown as Functions, 'Date', guardedDate);
  }

  private replace(object: Functions, name: string, value: unknown): void {
    const own = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: own?.enumerable ?? false,
    });
    this.restore.push(() => {
      if (own === undefined) delete object[name];
      else Object.defineProperty(object, name, own);
    });
  }

  private check(name: string, instead: string): void {
    if (this.onRefused === undefined) return;
    const error = new NondeterminismError(name, instead);
    this.onRefused(error);
    throw error;
  }
}

/** One for the thread, as the globals are. */
export const guard = new Guard();
