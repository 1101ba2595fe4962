// The world of one node of a test system: the clock and the chance that the test wants, until the node dies.
import type { Clock, Control, Replacements, World } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import { Chance } from '../sim/chance.ts';
import type { Board } from '../threads/board.ts';
import { nodePlatform } from '../threads/platform.ts';
import type { Activity } from './activity.ts';
import type { Told } from './localActorNode.ts';
import type { LocalTransport } from './localNetwork.ts';

/** What all nodes of one test system share. */
export interface Surroundings {
  readonly activity: Activity;
  readonly clock: Clock;
  readonly seed: number;
  readonly told: Told;
  /** What stands in for resources, on every node. */
  readonly replacements: Replacements;
}

/** From the death of the node on nothing planned happens any more. */
export class LocalLife {
  readonly world: World;
  private over = false;
  private readonly cancels = new Set<() => void>();

  constructor(
    { activity, clock, seed, replacements }: Surroundings,
    node: NodeId,
    board: Board,
    transport: LocalTransport,
    control: Control,
  ) {
    // Chance takes no negative seeds.
    const chance = new Chance(seed < 0 ? 2 ** 33 + seed : seed, node);
    const living = (fn: () => void) => (): void => {
      if (!this.over) fn();
    };
    this.world = {
      clock: {
        now: () => clock.now(),
        setTimer: (delayMs, fn) => {
          const cancel = clock.setTimer(delayMs, () => {
            this.cancels.delete(cancel);
            activity.steps++;
            fn();
          });
          this.cancels.add(cancel);
          return () => {
            this.cancels.delete(cancel);
            cancel();
          };
        },
      },
      platform: nodePlatform,
      transport,
      pressure: board,
      running: board.vitals.running,
      control,
      replacements,
      random: () => chance.random(),
      observed: () => board.observed,
      microtask: (fn) => activity.microtask(living(fn)),
      defer: (fn) => activity.defer(living(fn)),
    };
  }

  end(): void {
    this.over = true;
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }
}
