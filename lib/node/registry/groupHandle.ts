// What `group` gives: a definition and a name, and for whom watchers run. All state is the registry's.
import type { Watcher } from '../../cell/host.ts';
import type { Definition } from '../../protocol/actor.ts';
import { InvalidOptionError } from '../../protocol/errors.ts';
import type { Group } from '../../protocol/group.ts';
import { type AskOptions, isRef, type Ref, speaks } from '../../protocol/ref.ts';
import type { RegistryClient } from './client.ts';
import type { MembersCallback } from './groupWatch.ts';
import type { GroupWatches } from './groupWatches.ts';
import { conflict } from './key.ts';
import type { ActorPlace, Key } from './messages.ts';

export class GroupHandle implements Group {
  readonly #client: RegistryClient;
  readonly #watches: GroupWatches;
  readonly #definition: Definition;
  readonly #key: Key;
  readonly #watcher: Watcher | undefined;

  /** `watcher`: the actor whose turns watch callbacks are; `undefined` for the host itself. */
  constructor(
    client: RegistryClient,
    watches: GroupWatches,
    definition: Definition,
    key: Key,
    watcher: Watcher | undefined,
  ) {
    this.#client = client;
    this.#watches = watches;
    this.#definition = definition;
    this.#key = key;
    this.#watcher = watcher;
  }

  get name(): string {
    return this.#key.name;
  }

  async join(ref: Ref<unknown>): Promise<void> {
    const actor = this.#placeOf(ref);
    const message = { key: this.#key, actor };
    const reply = await this.#client.ask(`join of '${this.name}'`, (registry) => registry.ask.join(message));
    if (reply === 'conflict') throw conflict(this.#key);
  }

  async leave(ref: Ref<unknown>): Promise<void> {
    const message = { key: this.#key, actor: this.#placeOf(ref) };
    const reply = await this.#client.ask(`leave of '${this.name}'`, (registry) =>
      registry.ask.leave(message),
    );
    if (reply === 'conflict') throw conflict(this.#key);
  }

  async members(options?: AskOptions): Promise<Ref<unknown>[]> {
    const what = `members of '${this.name}'`;
    const reply = await this.#client.ask(what, (registry) => registry.ask.members(this.#key, options));
    if (reply === 'conflict') throw conflict(this.#key);
    return reply.members.map(
      (member) => this.#client.refOf(member, this.#definition) as unknown as Ref<unknown>,
    );
  }

  watch(fn: MembersCallback): () => void {
    // A behaviour that has ended begins nothing any more.
    if (this.#watcher?.isLive() === false) return () => {};
    return this.#watches.watch(this.#definition, this.#key, this.#watcher?.cell, fn);
  }

  #placeOf(ref: Ref<unknown>): ActorPlace {
    const place = this.#client.placeOf(ref);
    if (isRef(ref) && speaks(ref, this.#definition.protocol as object)) return place;
    throw new InvalidOptionError(`${ref.path} has another protocol than '${this.#definition.name}'`);
  }
}
