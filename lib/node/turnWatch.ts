// What a node notices while it takes its turns: handlers that hold it for too long, and once a second how much
// heap it uses. It costs a comparison a turn and one a batch; the dispatcher reads the clock anyway.
import type { Cell } from '../cell/cell.ts';
import { taken } from '../cell/mailbox.ts';
import type { SystemEvent } from '../protocol/events.ts';
import { NodeCounter } from './counters.ts';
import type { World } from './world.ts';

type SlowHandler = Extract<SystemEvent, { type: 'slowHandler' }>;

/** Milliseconds that a batch of an actor may take unless told. */
export const defaultSlowHandlerMs = 100;

/** One event for each definition in so many milliseconds. */
const reportEveryMs = 1000;
const lookEveryMs = 1000;

/** Slow batches of the actors of one definition, since they were reported last. */
interface Slow {
  readonly reportedAt: number;
  count: number;
}

export class TurnWatch {
  /** A batch that takes longer is reported; Infinity for never. */
  readonly limitMs: number;
  /** When {@link look} is due, on the world's clock. */
  lookAt = 0;
  private readonly world: World;
  private readonly emit: (event: SlowHandler) => void;
  private readonly isInternal: (cell: Cell) => boolean;
  private readonly slow = new Map<string, Slow>();

  constructor(
    world: World,
    limitMs: number,
    emit: (event: SlowHandler) => void,
    isInternal: (cell: Cell) => boolean,
  ) {
    this.isInternal = isInternal;
    this.world = world;
    this.limitMs = limitMs;
    this.emit = emit;
  }

  look(now: number): void {
    this.lookAt = now + lookEveryMs;
    const bytes = this.world.heapUsedBytes?.();
    if (bytes !== undefined) this.world.pressure.counters[NodeCounter.heapUsedBytes] = bytes;
  }

  /** A batch of `messages` has taken `ms`. Right after it: {@link taken} still says which message was last. */
  tooLong(cell: Cell, messages: number, ms: number, now: number): void {
    // The runtime's own are nobody's to make faster.
    if (this.isInternal(cell)) return;
    const { name } = cell.kind.definition;
    const known = this.slow.get(name);
    if (known !== undefined && now - known.reportedAt < reportEveryMs) {
      known.count++;
      return;
    }
    this.slow.set(name, { reportedAt: now, count: 0 });
    this.emit({
      type: 'slowHandler',
      node: cell.kind.host.nodeId,
      actor: cell.path,
      during: messages === 0 ? 'a callback' : (cell.table.entries[taken.index]?.name ?? 'a message'),
      messages,
      ms,
      count: 1 + (known?.count ?? 0),
    });
  }
}
