// Which cell runs next: a queue, a bounded batch for each actor, a bounded time for each turn of the node, so
// that I/O, timers and other actors get their share.
import type { Cell } from '../cell/cell.ts';
import { Fifo } from '../cell/fifo.ts';
import { takeTurns } from '../cell/turns.ts';
import { NodeCounter } from './counters.ts';
import type { TurnWatch } from './turnWatch.ts';
import type { World } from './world.ts';

/** Messages one actor handles before the next one's turn. */
export const batchMax = 128;
/** How long a node's turn lasts before the event loop gets one. */
export const turnMs = 4;
/** The same bound in batches and in turns, for a world whose clock stands still while actors run. */
const batchesMax = 256;
const turnsMax = 256;

export class Dispatcher {
  private readonly world: World;
  private readonly watch: TurnWatch;
  private readonly ready = new Fifo<Cell>();
  private planned = false;
  /** The cell whose turn it is. */
  running: Cell | undefined = undefined;
  /** When the event loop last had its turn, as far as known. */
  private yieldedAt = 0;
  private turnsSinceYield = 0;

  constructor(world: World, watch: TurnWatch) {
    this.world = world;
    this.watch = watch;
  }

  schedule(cell: Cell): void {
    cell.scheduled = true;
    this.ready.push(cell);
    if (!this.planned) this.plan();
  }

  /** Microtasks keep latency low, but a chain of them would starve I/O: past a turn's time it is broken. */
  private plan(): void {
    this.planned = true;
    if (this.turnsSinceYield++ < turnsMax && this.world.clock.now() - this.yieldedAt < turnMs) {
      this.world.microtask(this.turn);
    } else {
      this.world.defer(this.turnAfterYield);
    }
  }

  private readonly turnAfterYield = (): void => {
    this.yieldedAt = this.world.clock.now();
    this.turnsSinceYield = 0;
    this.turn();
  };

  private readonly turn = (): void => {
    const { ready, watch, world } = this;
    const { clock, pressure, running } = world;
    let now = clock.now();
    const deadline = now + turnMs;
    if (now >= watch.lookAt) watch.look(now);
    let batchesLeft = batchesMax;
    let cell = ready.shift();
    while (cell !== undefined) {
      cell.scheduled = false;
      this.running = cell;
      running[0] = cell.id;
      const handled = pressure.counters[NodeCounter.handled]!;
      const more = takeTurns(cell, batchMax);
      this.running = undefined;
      const startedAt = now;
      now = clock.now();
      if (now - startedAt >= watch.limitMs) {
        watch.tooLong(cell, pressure.counters[NodeCounter.handled]! - handled, now - startedAt, now);
      }
      if (more && !cell.scheduled) {
        cell.scheduled = true;
        ready.push(cell);
      }
      if (ready.size === 0 || --batchesLeft === 0 || now >= deadline) break;
      cell = ready.shift();
    }
    running[0] = 0;
    world.transport.flush();
    this.planned = false;
    if (ready.size > 0) {
      this.planned = true;
      world.defer(this.turnAfterYield);
    }
  };
}
