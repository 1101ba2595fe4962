// Options for nodes that get stuck or full: their defaults, and what is refused.
import { InvalidOptionError } from '../protocol/errors.ts';
import { youngBytesDefault } from '../threads/outsideMemory.ts';

/** When a node counts as unresponsive, and what is done then. */
export interface UnresponsiveOptions {
  /**
   * Milliseconds without a turn of its event loop after which a node is reported, 100 to 3,600,000; default 5,000.
   * It is found within two fifths more, at most two seconds.
   */
  afterMs?: number;
  /** Ends its thread, as if it had died; default false. Not while a debugger is attached to the process. */
  kill?: boolean;
}

/** Limits of the heap of each worker node. */
export interface HeapOptions {
  /**
   * The share of a node's heap that may be in use after a garbage collection, 0.5 to 1; default 0.9. A node above it
   * is ended with a `HeapLimitError`. `false`: never.
   */
  softLimit?: number | false;
  /** Bytes of a worker node's heap (V8's old generation), 32 MB to 1 TB; default: V8's own. */
  limitBytes?: number;
  /**
   * Bytes of new objects after which a worker node collects those of them that are dead, 1 to 64 MB; default 4 MB. Less frees
   * sooner what messages bring along; more is faster where actors make many objects that live longer than a message
   * takes. Node's flag `--max-semi-space-size` has precedence.
   */
  youngBytes?: number;
}

/** How often threads that died are replaced. */
export interface ThreadReplacementOptions {
  /** So many replacements at most, 0 to 1,000, within `withinMs`; default 5. With 0 a thread that died stays away. */
  max?: number;
  /** Milliseconds within which `max` counts, 1 to 3,600,000; default 10,000. */
  withinMs?: number;
}

/** Options of a system that keep it safe from its own nodes. */
export interface SafetyOptions {
  /** Nodes whose event loop doesn't turn are found by heartbeat; `false` switches that off. */
  unresponsive?: UnresponsiveOptions | false;
  heap?: HeapOptions;
  /** Threads that served `on: 'any'` and died are replaced, but not without end. */
  threadReplacements?: ThreadReplacementOptions;
}

/** The same with defaults filled in. */
export interface Safety {
  readonly unresponsive: Required<UnresponsiveOptions> | undefined;
  readonly heapSoftLimit: number | undefined;
  readonly heapLimitBytes: number | undefined;
  readonly heapYoungBytes: number;
  readonly threadReplacements: Required<ThreadReplacementOptions>;
}

const mb = 2 ** 20;

/** @throws `InvalidOptionError` */
export function safetyOf({ unresponsive = {}, heap = {}, threadReplacements = {} }: SafetyOptions): Safety {
  const { softLimit = 0.9, limitBytes, youngBytes = youngBytesDefault } = heap;
  if (softLimit !== false) check('heap.softLimit', softLimit, 0.5, 1);
  if (limitBytes !== undefined) check('heap.limitBytes', limitBytes, 32 * mb, mb * mb);
  check('heap.youngBytes', youngBytes, mb, 64 * mb);
  return {
    unresponsive: unresponsive === false ? undefined : checkedUnresponsive(unresponsive),
    heapSoftLimit: softLimit === false ? undefined : softLimit,
    heapLimitBytes: limitBytes,
    heapYoungBytes: youngBytes,
    threadReplacements: checkedReplacements(threadReplacements),
  };
}

function checkedReplacements({ max = 5, withinMs = 10_000 }: ThreadReplacementOptions) {
  check('threadReplacements.max', max, 0, 1000);
  check('threadReplacements.withinMs', withinMs, 1, 3_600_000);
  return { max, withinMs };
}

function checkedUnresponsive({ afterMs = 5000, kill = false }: UnresponsiveOptions) {
  check('unresponsive.afterMs', afterMs, 100, 3_600_000);
  return { afterMs, kill };
}

function check(name: string, value: number, min: number, max: number): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw new InvalidOptionError(`${name} must be from ${min} to ${max}, not ${value}`);
}
