// What all pools are as objects: the faces of a router, and what can be seen of it.
import type { Definition } from '../protocol/actor.ts';
import type { Context } from '../protocol/context.ts';
import type { Address } from '../protocol/ref.ts';
import { protocolTable } from '../wire/protocolTable.ts';
import { facesOf } from './faces.ts';
import type { Settings } from './options.ts';
import { ByPartition } from './pickers.ts';
import type { PoolStats } from './pool.ts';
import type { Roster } from './roster.ts';
import { Router } from './router.ts';

export abstract class RoutedPool {
  readonly tell: object;
  readonly send: object;
  readonly ask: object;
  readonly broadcast: object;
  readonly gather: object;
  readonly #router: Router;

  constructor(context: Context, definition: Definition, settings: Settings, roster: Roster) {
    const router = new Router(context, roster, settings);
    const faces = facesOf(protocolTable(definition.protocol as object), router);
    this.tell = faces.tell;
    this.send = faces.send;
    this.ask = faces.ask;
    this.broadcast = faces.broadcast;
    this.gather = faces.gather;
    this.#router = router;
  }

  protected get roster(): Roster {
    return this.#router.roster;
  }

  /** Members that were started in the place of others. */
  protected abstract get replaced(): number;

  get members(): readonly Address[] {
    return this.#router.everybody().map(({ ref }) => ref);
  }

  stats(): PoolStats {
    const { asks, copier, probation, picker, roster } = this.#router;
    return {
      asks,
      extraAsks: copier?.extra ?? 0,
      extraWon: copier?.won ?? 0,
      replaced: this.replaced,
      onProbation: probation?.count ?? 0,
      shadowAsks: probation?.shadows ?? 0,
      partitions:
        picker instanceof ByPartition
          ? Array.from({ length: roster.size }, (_, slot) => picker.table.sizeOf(slot))
          : [],
    };
  }

  abstract stop(): Promise<void>;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
