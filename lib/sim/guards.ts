// What a behaviour must not use, because it differs from run to run, refuses while a simulation takes its events, and
// names what the context has instead. Outside of that (other tests of the process, say) everything is as ever.
import { ThrumError } from '../protocol/errors.ts';
import { guarded, guardedExports } from './guardedNames.ts';

/** Something that can't be replayed was used inside a simulation. */
export class NondeterminismError extends ThrumError {
  constructor(name: string, instead: string) {
    super(
      'ERR_THRUM_NONDETERMINISM',
      `${name} was called inside a simulation, where it would differ from run to run: use ${instead}`,
    );
  }
}

type Functions = Record<string, unknown>;
type Fn = (...args: unknown[]) => unknown;

const { process: node } = globalThis as unknown as {
  process?: { getBuiltinModule?(name: string): Functions | undefined };
};

class Guard {
  /** Set while events of a simulation are taken: everything that runs is theirs. */
  private onRefused: ((error: NondeterminismError) => void) | undefined = undefined;
  private installed = 0;
  private restore: (() => void)[] = [];
  private exportsWrapped = false;

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
    this.wrapExports();
  }

  uninstall(): void {
    if (--this.installed > 0) return;
    for (const undo of this.restore.reverse()) undo();
    this.restore = [];
  }

  /**
   * What Node.js's modules export: who has imported it by name sees the refusing function from then on. They stay, since
   * telling importers costs as much as a small simulation; outside of one they only pass on.
   */
  private wrapExports(): void {
    const moduleOf = node?.getBuiltinModule;
    if (moduleOf === undefined || this.exportsWrapped) return;
    this.exportsWrapped = true;
    for (const [module, name, instead] of guardedExports) {
      const object = moduleOf(`node:${module}`);
      const holder = name === 'wait' ? (object?.scheduler as Functions | undefined) : object;
      if (typeof holder?.[name] !== 'function') continue;
      this.put(holder, name, this.refusing(holder[name] as Fn, `${name}() of node:${module}`, instead));
    }
    (moduleOf('node:module')?.syncBuiltinESMExports as (() => void) | undefined)?.();
  }

  private wrap(object: Functions, owner: string | undefined, name: string, instead: string): void {
    const what = owner === undefined ? `${name}()` : `${owner}.${name}()`;
    this.replace(object, name, this.refusing(object[name] as Fn, what, instead));
  }

  private refusing(original: Fn, what: string, instead: string): Fn {
    const check = (): void => this.check(what, instead);
    const guardedFunction = function (this: unknown, ...args: unknown[]): unknown {
      check();
      return original.apply(this, args);
    };
    // Others may have hung something on it: promisify's symbol, `hrtime.bigint`.
    Object.defineProperties(guardedFunction, Object.getOwnPropertyDescriptors(original));
    return guardedFunction;
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
    const own = this.put(object, name, value);
    this.restore.push(() => {
      if (own === undefined) delete object[name];
      else Object.defineProperty(object, name, own);
    });
  }

  /** Returns what was there, if it was the object's own. */
  private put(object: Functions, name: string, value: unknown): PropertyDescriptor | undefined {
    const own = Object.getOwnPropertyDescriptor(object, name);
    const enumerable = own?.enumerable ?? false;
    Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable });
    return own;
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
