// Messages of other nodes that are handled the moment they arrive, where their actor has nothing else to do: the way
// through a mailbox and a turn of the node would take as long as all the rest. What bounds a turn bounds this too.
import type { Cell } from '../cell/cell.ts';
import { taken } from '../cell/mailbox.ts';
import { handleTurn } from '../cell/turns.ts';
import { NodeCounter } from './counters.ts';
import { batchMax, type Dispatcher, turnMs } from './dispatcher.ts';
import type { TurnWatch } from './turnWatch.ts';
import type { World } from './world.ts';

// V8 looks up what is imported at each use, and knows what a module keeps to itself.
const { accepted } = NodeCounter;
const handling = taken;
const handle = handleTurn;

export class Arrivals {
  private readonly world: World;
  private readonly counters: Float64Array;
  private readonly running: Float64Array;
  private readonly dispatcher: Dispatcher;
  private readonly watch: TurnWatch;
  /** The actor whose messages are being handled, since what arrives together has begun to. */
  private cell: Cell | undefined = undefined;
  /** So many more of its messages may be handled before the clock is read. */
  private left = 0;
  private startedAt = 0;
  private handledBefore = 0;
  private deadline = 0;
  /** The rest of what arrives together waits: I/O, timers and other actors have their turn first. */
  private over = false;

  constructor(world: World, dispatcher: Dispatcher, watch: TurnWatch) {
    this.world = world;
    this.counters = world.pressure.counters;
    this.running = world.running;
    this.dispatcher = dispatcher;
    this.watch = watch;
  }

  /** Handles a message now if it may. False: it has to wait in the mailbox. */
  handle(cell: Cell, index: number, payload: unknown, replyNode: number, askId: number): boolean {
    const { dispatcher, running } = this;
    if (!cell.atLeisure || this.over || dispatcher.running !== undefined) return false;
    if ((cell !== this.cell || this.left === 0) && !this.begin(cell)) return false;
    this.left--;
    this.counters[accepted]!++;
    dispatcher.running = cell;
    running[0] = cell.id;
    handling.index = index;
    handling.replyNode = replyNode;
    handling.askId = askId;
    handle(cell, payload);
    dispatcher.running = undefined;
    running[0] = 0;
    // Its end, or another beginning, takes a turn.
    if (cell.state !== 'running') cell.wake();
    return true;
  }

  /** Another actor's batch begins, or the next one of the same. False: the time is up. */
  private begin(cell: Cell): boolean {
    const { watch } = this;
    const now = this.world.clock.now();
    if (this.cell === undefined) {
      this.deadline = now + turnMs;
      if (now >= watch.lookAt) watch.look(now);
    } else {
      this.look(this.cell, now);
    }
    this.cell = cell;
    this.left = batchMax;
    this.startedAt = now;
    this.handledBefore = this.counters[NodeCounter.handled]!;
    this.over = now >= this.deadline;
    return !this.over;
  }

  private look(cell: Cell, now: number): void {
    const ms = now - this.startedAt;
    if (ms < this.watch.limitMs) return;
    this.watch.tooLong(cell, this.counters[NodeCounter.handled]! - this.handledBefore, ms, now);
  }

  /** What has arrived together is handled, or waits. */
  end(): void {
    if (this.cell === undefined) return;
    if (!this.over) this.look(this.cell, this.world.clock.now());
    this.cell = undefined;
    this.over = false;
    this.world.transport.flush();
  }
}
