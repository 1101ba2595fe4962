// Lets actors begin again on another node when theirs has died: waits as their supervision says, starts them, and tells
// every node where they are now.
import { idOf } from '../node/locations.ts';
import type { Clock, Spawned, SpawnRequest } from '../node/world.ts';
import type { Placement } from '../protocol/context.ts';
import { NodeDownError } from '../protocol/errors.ts';
import type { SystemEvent } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import { delayOf, type Relocatable, Relocations } from './relocations.ts';

/** What it needs of the system's nodes. */
export interface Nodes {
  readonly closing: boolean;
  readonly ids: readonly NodeId[];
  spawnAt(request: SpawnRequest, on: Placement): Promise<Spawned>;
  /** Tells every node where an actor begins again; `undefined`: nowhere. */
  announce(id: string, to: ActorId | undefined): void;
  /** Every node may forget where an actor was: it is gone. */
  forget(id: string): void;
  stop(at: ActorId): void;
  emit(event: SystemEvent): void;
}

export class Relocator {
  private readonly nodes: Nodes;
  private readonly actors = new Relocations();
  private readonly clock: Clock;
  /** What cancels the timers that are set. */
  private readonly timers = new Set<() => void>();

  constructor(nodes: Nodes, clock: Clock) {
    this.nodes = nodes;
    this.clock = clock;
  }

  /** Starts an actor, and knows it from then on if it is to survive its node. */
  async spawn(request: SpawnRequest, on: Placement): Promise<Spawned> {
    const { nodes, actors } = this;
    if (request.relocation === undefined) return nodes.spawnAt(request, on);
    const actor = actors.add(request, on);
    try {
      const spawned = await nodes.spawnAt(actor.request, on);
      actors.started(actor, spawned);
      // The host's death is the end of everything.
      if (spawned.node === 0) actors.forget(actor.trackId);
      return spawned;
    } catch (error) {
      actors.forget(actor.trackId);
      throw error;
    }
  }

  /** An actor has stopped for good. */
  stopped(trackId: number): void {
    const actor = this.actors.forget(trackId);
    if (actor?.home !== undefined && actor.at !== actor.home) this.nodes.forget(idOf(actor.home));
  }

  /** Somebody wants an actor stopped that they know to be between two nodes. */
  cancel(id: string): void {
    const actor = this.actors.find(id);
    if (actor === undefined) return;
    if (actor.pending) this.giveUp(actor);
    else this.nodes.stop(actor.at!);
  }

  /** A node has died; returns the ids of those that begin again. {@link relocate} them once every node knows. */
  takeFrom(node: NodeId): Relocatable[] {
    const moving: Relocatable[] = [];
    for (const actor of this.actors.takeFrom(node)) {
      const delayMs = delayOf(actor, this.clock.now());
      if (delayMs === undefined) {
        this.actors.forget(actor.trackId);
        this.report(actor, new NodeDownError(node, `node ${node} went down, as others before it: not again`));
        continue;
      }
      actor.pending = true;
      this.later(actor, delayMs);
      moving.push(actor);
    }
    return moving;
  }

  private later(actor: Relocatable, delayMs: number): void {
    const cancel = this.clock.setTimer(delayMs, () => {
      this.timers.delete(cancel);
      void this.relocate(actor);
    });
    this.timers.add(cancel);
  }

  private async relocate(actor: Relocatable): Promise<void> {
    const { nodes, actors } = this;
    const home = actor.home!;
    const parentNode = actors.parentNode(actor);
    if (nodes.closing || !actors.has(actor)) return;
    if (parentNode !== undefined && !nodes.ids.includes(parentNode)) return this.giveUp(actor);
    try {
      const request = { ...actor.request, home: { node: home.node, cell: home.cell } };
      const at = await nodes.spawnAt(request, actor.on === 'own' ? 'own' : 'any');
      const from = actor.at!.node;
      actor.at = at;
      actor.pending = false;
      nodes.announce(idOf(home), at);
      // It was given up while it started.
      if (!actors.has(actor)) return nodes.stop(at);
      nodes.emit({ type: 'relocated', node: at.node, actor: at.path, from });
    } catch (error) {
      const delayMs = delayOf(actor, this.clock.now());
      if (nodes.closing || !actors.has(actor)) return;
      if (delayMs !== undefined) return this.later(actor, delayMs);
      this.giveUp(actor);
      this.report(actor, error as Error);
    }
  }

  private giveUp(actor: Relocatable): void {
    this.actors.forget(actor.trackId);
    this.nodes.announce(idOf(actor.home!), undefined);
  }

  private report(actor: Relocatable, error: Error): void {
    const { node, path } = actor.at!;
    this.nodes.emit({
      type: 'failed',
      node,
      actor: path,
      during: 'a start on another node',
      error,
      directive: 'stop',
    });
  }

  /** Where actors are that aren't where their refs say. */
  get locations(): [id: string, at: ActorId | undefined][] {
    return this.actors.moved();
  }

  close(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }
}
