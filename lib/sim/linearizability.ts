// Whether what clients saw can be explained by operations that took effect one after the other, each between its begin and
// its end: Wing and Gong's search (JPDC 1993) with Lowe's memory of the states it has been in (2017), part by part where
// the operations fall into parts that don't touch each other (Herlihy and Wing's locality).
import type { Operation } from './history.ts';

/** What the operations do, one at a time. States are values: `step` never changes one. */
export interface Model<S, I, O> {
  readonly initial: () => S;
  /**
   * The state after an operation that was answered with `output`, `undefined` where the state allows no such answer.
   * `output` is `undefined` for an operation without an answer: any will do.
   */
  readonly step: (state: S, input: I, output: O | undefined) => { readonly state: S } | undefined;
  /** Text that is the same for equal states; default: their JSON. */
  readonly key?: (state: S) => string;
  /** Which part an operation belongs to (its key, say); default: all are one. */
  readonly partition?: (input: I) => string | number;
}

/** What the checker has found. */
export interface Verdict<I, O> {
  /** `undefined`: the search was given up after `stepsMax`. */
  readonly linearizable: boolean | undefined;
  /** The part that can't be explained. */
  readonly partition?: string | number;
  /** Its operations, and of the longest explained sequence those that could go first. */
  readonly operations?: readonly Operation<I, O>[];
  readonly explained?: readonly Operation<I, O>[];
}

/** Options of {@link checkLinearizable}. */
export interface CheckOptions {
  /** Steps after which the search of one part is given up; default 10 million. */
  readonly stepsMax?: number;
}

/** Judges a history against a model. */
export function checkLinearizable<S, I, O>(
  operations: readonly Operation<I, O>[],
  model: Model<S, I, O>,
  { stepsMax = 10_000_000 }: CheckOptions = {},
): Verdict<I, O> {
  let unsure: Verdict<I, O> | undefined;
  for (const [partition, part] of partsOf(operations, model)) {
    const search = new Search(part, model, stepsMax);
    const linearizable = search.run();
    if (linearizable === true) continue;
    const verdict = { linearizable, partition, operations: part, explained: search.longest };
    if (linearizable === false) return verdict;
    unsure ??= verdict;
  }
  return unsure ?? { linearizable: true };
}

function partsOf<S, I, O>(
  operations: readonly Operation<I, O>[],
  { partition = () => 'all' }: Model<S, I, O>,
): Map<string | number, Operation<I, O>[]> {
  const parts = new Map<string | number, Operation<I, O>[]>();
  for (const operation of operations) {
    const key = partition(operation.input);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [operation]);
    else part.push(operation);
  }
  return parts;
}

/** A begin or an end of an operation, in a list of those that haven't been explained yet. */
interface Edge {
  readonly operation: number;
  /** Of a begin: the operation's end. */
  readonly end: Edge | undefined;
  previous: Edge;
  next: Edge;
}

class Search<S, I, O> {
  private readonly operations: readonly Operation<I, O>[];
  private readonly model: Model<S, I, O>;
  private readonly key: (state: S) => string;
  private readonly head: Edge;
  private readonly stepsMax: number;
  /** Configurations that have been tried: which operations have taken effect, and the state after them. */
  private readonly seen = new Set<string>();
  private readonly taken: Uint16Array;
  /** Operations that were answered and haven't been explained. */
  private answered = 0;
  longest: readonly Operation<I, O>[] = [];

  constructor(operations: readonly Operation<I, O>[], model: Model<S, I, O>, stepsMax: number) {
    this.operations = operations;
    this.model = model;
    this.stepsMax = stepsMax;
    this.key = model.key ?? ((state) => JSON.stringify(state) ?? 'undefined');
    this.taken = new Uint16Array(Math.ceil(operations.length / 16));
    this.answered = operations.filter(({ end }) => end !== Number.POSITIVE_INFINITY).length;
    this.head = edgesOf(operations);
  }

  run(): boolean | undefined {
    const { operations, model, head } = this;
    const path: { readonly edge: Edge; readonly state: S }[] = [];
    let state = model.initial();
    let edge = head.next;
    for (let steps = 0; this.answered > 0; steps++) {
      if (steps > this.stepsMax) return undefined;
      if (edge.end !== undefined) {
        const { input, output, end } = operations[edge.operation]!;
        const stepped = model.step(state, input, end === Number.POSITIVE_INFINITY ? undefined : output);
        if (stepped !== undefined && this.isNew(edge.operation, stepped.state)) {
          path.push({ edge, state });
          state = stepped.state;
          this.take(edge);
          if (path.length > this.longest.length)
            this.longest = path.map((p) => operations[p.edge.operation]!);
          edge = head.next;
          continue;
        }
        edge = edge.next;
        continue;
      }
      // The end of an operation that hasn't taken effect (or of the list): something before was wrong.
      const last = path.pop();
      if (last === undefined) return false;
      state = last.state;
      this.untake(last.edge);
      edge = last.edge.next;
    }
    return true;
  }

  private isNew(operation: number, state: S): boolean {
    this.flip(operation);
    const configuration = `${String.fromCharCode(...this.taken)}${this.key(state)}`;
    this.flip(operation);
    if (this.seen.has(configuration)) return false;
    this.seen.add(configuration);
    return true;
  }

  private flip(operation: number): void {
    this.taken[operation >> 4]! ^= 1 << (operation & 15);
  }

  private take(begin: Edge): void {
    this.flip(begin.operation);
    for (const edge of [begin, begin.end!]) {
      edge.previous.next = edge.next;
      edge.next.previous = edge.previous;
    }
    if (this.operations[begin.operation]!.end !== Number.POSITIVE_INFINITY) this.answered--;
  }

  private untake(begin: Edge): void {
    this.flip(begin.operation);
    for (const edge of [begin.end!, begin]) {
      edge.previous.next = edge;
      edge.next.previous = edge;
    }
    if (this.operations[begin.operation]!.end !== Number.POSITIVE_INFINITY) this.answered++;
  }
}

/** The begins and ends in the order of their times, as a ring around a head that ends the list. */
function edgesOf<I, O>(operations: readonly Operation<I, O>[]): Edge {
  type Draft = { operation: number; end: Edge | undefined; previous?: Edge; next?: Edge };
  const timed: { time: number; edge: Draft }[] = [];
  operations.forEach(({ begin, end }, operation) => {
    const endEdge: Draft = { operation, end: undefined };
    timed.push({ time: begin, edge: { operation, end: endEdge as Edge } });
    timed.push({ time: end, edge: endEdge });
  });
  timed.sort((a, b) => (a.time === b.time ? 0 : a.time - b.time));
  const head = { operation: -1, end: undefined } as Draft as Edge;
  let last = head;
  for (const { edge } of timed) {
    const next = edge as Edge;
    last.next = next;
    next.previous = last;
    last = next;
  }
  last.next = head;
  head.previous = last;
  return head;
}

/** One register: reads see the last write. */
export interface RegisterInput {
  readonly kind: 'read' | 'write';
  readonly key: string;
  readonly value?: unknown;
}

/** A register for each key, `undefined` at first: what a key-value store must look like. */
export const registers: Model<unknown, RegisterInput, unknown> = {
  initial: () => undefined,
  step(state, input, output) {
    if (input.kind === 'write') return { state: input.value };
    // Of a read that wasn't answered nothing is known.
    if (output === undefined) return { state };
    const seen = (output as { readonly value: unknown }).value;
    return JSON.stringify(seen) === JSON.stringify(state) ? { state } : undefined;
  },
  partition: ({ key }) => key,
};
