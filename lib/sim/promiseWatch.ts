// Whether an event has left anything for later: a promise made or settled, a microtask, a tick. Most leave nothing, and to
// wait for microtasks costs as much as such an event does. V8 tells of promises through hooks, which Node hands out; where
// there are none, the answer is always yes.

interface Hooks {
  createHook(hooks: { init(): void; settled(): void }): () => void;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

const { process: node } = globalThis as unknown as {
  process?: Functions & { getBuiltinModule?(name: string): { readonly promiseHooks?: Hooks } | undefined };
};

/**
 * So many times in a row the answer may be no. What was kept from before the simulation (a `queueMicrotask` in a variable)
 * isn't seen: it still has its turn, and always at the same event.
 */
const quietMax = 256;
/** Of so many answers, when more than half are yes, the hooks cost more than they save… */
const answersPerLook = 1024;
/** … and this many answers are yes without looking. */
const answersWithoutHooks = 32 * 1024;

class PromiseWatch {
  /** Functions handed to `nextTick` that haven't run yet. */
  private ticks = 0;
  /** One has run: the microtasks that it has left come after ticks that were asked for before. */
  private ticked = false;
  private seen = true;
  private quiet = 0;
  /** Whether there is anything to go by; otherwise the answer is always yes. */
  private sees = false;
  private hooks: Hooks | undefined = undefined;
  private unhook: (() => void) | undefined = undefined;
  private installed = 0;
  private restore: (() => void)[] = [];
  private answersLeft = answersPerLook;
  private answeredYes = 0;
  private readonly note = (): void => {
    this.seen = true;
  };

  /**
   * Microtasks and ticks have had their turn; from now on {@link leftSomething} tells of new ones. False: ticks have made
   * more of them, which come first.
   */
  begin(): boolean {
    const settled = this.ticks === 0 && !this.ticked;
    this.ticked = false;
    this.seen = false;
    this.quiet = 0;
    return settled;
  }

  /** Whether anything may have been left since {@link begin}. */
  leftSomething(): boolean {
    if (--this.answersLeft === 0) this.look();
    if (this.sees && !this.seen && ++this.quiet < quietMax) return false;
    this.answeredYes++;
    return true;
  }

  /** Begins to watch, until as many {@link uninstall} calls. */
  install(): void {
    if (this.installed++ > 0) return;
    this.hooks = node?.getBuiltinModule?.('node:v8')?.promiseHooks;
    if (this.hooks === undefined) return;
    const { note } = this;
    this.wrap(globalThis as unknown as Functions, 'queueMicrotask', (fn) => {
      note();
      return fn;
    });
    this.wrap(node!, 'nextTick', (fn) => {
      note();
      if (typeof fn !== 'function') return fn;
      this.ticks++;
      return (...args: unknown[]) => {
        this.ticks--;
        this.ticked = true;
        fn(...args);
      };
    });
    this.hook();
  }

  uninstall(): void {
    if (--this.installed > 0) return;
    this.stopHooks();
    for (const undo of this.restore.reverse()) undo();
    this.restore = [];
  }

  /** Hooks that tell nothing new are a burden to every promise: they rest for a while. */
  private look(): void {
    if (this.unhook !== undefined && this.answeredYes * 2 > answersPerLook) {
      this.stopHooks();
      this.answersLeft = answersWithoutHooks;
    } else {
      this.answersLeft = answersPerLook;
      if (this.unhook === undefined && this.hooks !== undefined) this.hook();
    }
    this.answeredYes = 0;
  }

  private hook(): void {
    this.unhook = this.hooks!.createHook({ init: this.note, settled: this.note });
    this.sees = this.works();
    // What came before is not known.
    this.seen = true;
  }

  private stopHooks(): void {
    this.unhook?.();
    this.unhook = undefined;
    this.sees = false;
  }

  /** The hooks are told of promises of this very realm, made and settled. */
  private works(): boolean {
    this.seen = false;
    let settle: () => void = () => {};
    void new Promise<void>((resolve) => {
      settle = resolve;
    });
    if (!this.seen) return false;
    this.seen = false;
    settle();
    return this.seen;
  }

  /** Lets `watched` see, and replace, the function that each call is given. */
  private wrap(object: Functions, name: string, watched: (fn: unknown) => unknown): void {
    const original = object[name]!;
    const wrapper = function (this: unknown, fn: unknown, ...args: unknown[]): unknown {
      return original.call(this, watched(fn), ...args);
    };
    Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original));
    object[name] = wrapper;
    this.restore.push(() => {
      if (object[name] === wrapper) object[name] = original;
    });
  }
}

/** One for the thread, as the globals are. */
export const promiseWatch = new PromiseWatch();
