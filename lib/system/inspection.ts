// Looks at the actors of all nodes over the control plane: for tools, not for apps' own decisions, since what
// is seen is past when it arrives.
import { AskTimeoutError, InvalidOptionError } from '../protocol/errors.ts';
import type { ActorInspection, ActorSummary } from '../protocol/inspection.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import type { NodeTable } from './nodeTable.ts';
import { within } from './timeLimit.ts';

/** Options of `System.inspect`. */
export interface InspectOptions {
  /** Milliseconds that a node has to answer; default 1,000. */
  timeoutMs?: number;
}

/** Options of `System.actors`. */
export interface ListOptions extends InspectOptions {
  /** How many actors are listed at most, 1 to 1,000,000; default 10,000. */
  limit?: number;
}

/** What `System.actors` found. */
export interface ActorList {
  readonly actors: readonly ActorSummary[];
  /** How many actors live, listed or not, as far as nodes have answered. */
  readonly total: number;
  /** Nodes that didn't answer in time: their actors aren't listed. */
  readonly silentNodes: readonly NodeId[];
}

const defaultTimeoutMs = 1000;
const defaultLimit = 10_000;
const limitMax = 1_000_000;

export class Inspector {
  private readonly nodes: NodeTable;
  /** A stuck node is asked once, however often somebody looks: its answers would pile up. */
  private readonly pending = new Map<string, Promise<unknown>>();

  constructor(nodes: NodeTable) {
    this.nodes = nodes;
  }

  /**
   * @throws `AskTimeoutError` when the actor's node doesn't answer
   * @throws `InvalidOptionError`
   */
  async inspect(
    { node, cell }: ActorId,
    path: string,
    options: InspectOptions,
  ): Promise<ActorInspection | undefined> {
    const timeoutMs = checkTimeout(options.timeoutMs);
    const looked = await within(
      this.once(`${node}/${cell}`, async () => ({ actor: await this.nodes.looks.inspect(node, cell) })),
      timeoutMs,
    );
    if (looked !== undefined) return looked.actor;
    if (!this.nodes.ids.includes(node)) return undefined;
    throw new AskTimeoutError(`node ${node}`, `inspect ${path}`, timeoutMs);
  }

  async actors(options: ListOptions): Promise<ActorList> {
    const timeoutMs = checkTimeout(options.timeoutMs);
    const limit = options.limit ?? defaultLimit;
    if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
      throw new InvalidOptionError(`limit must be an integer from 1 to ${limitMax}, not ${limit}`);
    }
    const answers = await Promise.all(
      this.nodes.ids.map(async (node) => {
        const listed = this.once(`${node} up to ${limit}`, () => this.nodes.looks.actors(node, limit));
        return { node, list: await within(listed, timeoutMs) };
      }),
    );
    // A node that has died meanwhile has no actors: it isn't silent.
    const silent = answers.filter(({ node, list }) => list === undefined && this.nodes.ids.includes(node));
    return {
      actors: answers.flatMap(({ list }) => list?.actors ?? []).slice(0, limit),
      total: answers.reduce((sum, { list }) => sum + (list?.total ?? 0), 0),
      silentNodes: silent.map(({ node }) => node),
    };
  }

  private once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.pending.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make().finally(() => this.pending.delete(key));
    this.pending.set(key, made);
    return made;
  }
}

function checkTimeout(timeoutMs = defaultTimeoutMs): number {
  if (timeoutMs > 0 && timeoutMs < 2 ** 31) return timeoutMs;
  throw new InvalidOptionError(`timeoutMs must be above 0 and below 2^31, not ${timeoutMs}`);
}
