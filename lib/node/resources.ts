// The resources of one node: each opened on first use, shared, and closed in reverse when the node closes.

import { asError } from '../cell/asError.ts';
import { waitAfter } from '../cell/backoff.ts';
import { inspectBriefly } from '../protocol/briefly.ts';
import { checkDefinition } from '../protocol/declared.ts';
import {
  InvalidOptionError,
  ResourceOpenError,
  ResourceUnavailableError,
  SystemClosedError,
} from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Resource, ResourceReplacement } from '../protocol/resource.ts';
import { find } from './finder.ts';
import type { Replacements, World } from './world.ts';

/** Stand-ins as a node takes them. Of two for one resource the last one counts. */
export function replacementsOf(list: readonly ResourceReplacement[]): Replacements {
  for (const one of Array.isArray(list) ? list : [list]) {
    if (typeof one?.resource === 'string') continue;
    throw new InvalidOptionError(
      `resources must be a list of replacements, as in [Database.with(fake)], not ${inspectBriefly(one)}`,
    );
  }
  return new Map(
    list.map(({ resource, by, value }) => [
      resource,
      by === undefined
        ? { kind: 'value' as const, value }
        : { kind: 'resource' as const, name: by.name, module: by.module },
    ]),
  );
}

/** The same for another thread: values stay behind. */
export function replacementsElsewhere(replacements: Replacements): Replacements {
  return new Map(
    [...replacements].map(([name, replacement]) => [
      name,
      replacement.kind === 'value' ? { kind: 'hostValue' as const } : replacement,
    ]),
  );
}

/** A system has 5 s to close, unless it is told otherwise. */
const slowAfterMs = 500;

/** One resource on this node. */
interface Place {
  /** What everybody who uses it gets; undefined before the first use and after a failure. */
  opened: Promise<unknown> | undefined;
  failures: number;
  /** Before this time it isn't tried again. */
  notBefore: number;
  /** Names of resources whose `open` this one's `open` waits for. */
  readonly waitsFor: Set<string>;
}

export class Resources {
  private readonly node: NodeId;
  private readonly world: World;
  /** Reports what can't be thrown at anybody. */
  private readonly report: (text: string, error: Error | undefined) => void;
  private readonly places = new Map<string, Place>();
  /** In the order in which they were ready. */
  private readonly ready: { readonly resource: Resource; readonly value: unknown }[] = [];
  /** Ends the waits for another attempt. */
  private readonly pauses = new Set<() => void>();
  private closed = false;

  constructor(node: NodeId, world: World, report: (text: string, error: Error | undefined) => void) {
    this.node = node;
    this.world = world;
    this.report = report;
  }

  /** The resource as this node has it. */
  use(resource: Resource): Promise<unknown> {
    checkDefinition(resource, 'thrum/resource', 'use');
    return this.useFrom(resource, undefined);
  }

  private useFrom(resource: Resource, user: Resource | undefined): Promise<unknown> {
    if (this.closed) return Promise.reject(new SystemClosedError(`resource '${resource.name}'`));
    const replacement = this.world.replacements?.get(resource.name);
    switch (replacement?.kind) {
      case undefined:
        return this.open(resource, user);
      case 'value':
        return Promise.resolve(replacement.value);
      case 'hostValue':
        return Promise.reject(
          new ResourceUnavailableError(
            `resource '${resource.name}' is replaced by a value, which can't be had on node ${this.node}: replace it by a resource that names its module, ${resource.name.replace(/^.*\//, '')}.with(resource('…', { module: import.meta.url, open })), or run the system on one thread, createSystem({ threads: 0 })`,
          ),
        );
      case 'resource': {
        const { name, module } = replacement;
        return find('thrum/resource', name, module, this.world.control.load, `node ${this.node}`).then(
          (found) => this.open(found, user),
        );
      }
    }
  }

  private open(resource: Resource, user: Resource | undefined): Promise<unknown> {
    const place = this.placeOf(resource.name);
    if (user === undefined) return this.opened(place, resource);
    if (this.leadsTo(resource.name, user.name)) {
      return Promise.reject(
        new ResourceUnavailableError(
          `resource '${user.name}' uses '${resource.name}', which can't be opened before '${user.name}' is: they would wait for each other`,
        ),
      );
    }
    const { waitsFor } = this.placeOf(user.name);
    waitsFor.add(resource.name);
    return this.opened(place, resource).finally(() => waitsFor.delete(resource.name));
  }

  private opened(place: Place, resource: Resource): Promise<unknown> {
    if (place.opened !== undefined) return place.opened;
    const opening = this.attempt(place, resource);
    place.opened = opening;
    // The next use tries again. Before anybody else hears of it; an `open` may fail within this very call.
    opening.catch(() => {
      place.opened = undefined;
    });
    return opening;
  }

  private async attempt(place: Place, resource: Resource): Promise<unknown> {
    const { clock } = this.world;
    const waitMs = place.notBefore - clock.now();
    if (waitMs > 0) await this.pause(waitMs, resource);
    if (this.closed) throw new SystemClosedError(`resource '${resource.name}'`);
    try {
      const value = await resource.open({
        node: this.node,
        use: <T>(other: Resource<T>) => this.useFrom(other, resource) as Promise<T>,
      });
      place.failures = 0;
      this.ready.push({ resource, value });
      return value;
    } catch (thrown) {
      const retryInMs = waitAfter(place.failures++, resource.backoff, this.world.random());
      place.notBefore = clock.now() + retryInMs;
      throw new ResourceOpenError(resource.name, this.node, place.failures, retryInMs, asError(thrown));
    }
  }

  private pause(ms: number, resource: Resource): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel();
        this.pauses.delete(end);
        reject(new SystemClosedError(`resource '${resource.name}'`));
      };
      const cancel = this.world.clock.setTimer(ms, () => {
        this.pauses.delete(end);
        resolve();
      });
      this.pauses.add(end);
    });
  }

  private placeOf(name: string): Place {
    let place = this.places.get(name);
    if (place === undefined) {
      place = { opened: undefined, failures: 0, notBefore: 0, waitsFor: new Set() };
      this.places.set(name, place);
    }
    return place;
  }

  /** Whether the opening of `from` waits, over whichever others, for that of `to`. */
  private leadsTo(from: string, to: string): boolean {
    if (from === to) return true;
    return [...(this.places.get(from)?.waitsFor ?? [])].some((next) => this.leadsTo(next, to));
  }

  /** Closes what is open, last opened first. One whose `close` fails is reported, the others follow. */
  async close(): Promise<void> {
    this.closed = true;
    for (const end of this.pauses) end();
    const opening = [...this.places].map(([name, { opened }]) =>
      this.named(`resource '${name}' is still being opened: the node waits for it to close`, opened),
    );
    await Promise.allSettled(opening);
    for (let last = this.ready.pop(); last !== undefined; last = this.ready.pop()) {
      const { resource, value } = last;
      try {
        await this.named(`resource '${resource.name}' is still being closed`, resource.close(value));
      } catch (error) {
        this.report(`resource '${resource.name}' can't be closed`, asError(error));
      }
    }
    this.places.clear();
  }

  /** What takes long is reported: a system that doesn't close in time would otherwise not say why. */
  private async named(text: string, done: unknown): Promise<void> {
    const cancel = this.world.clock.setTimer(slowAfterMs, () => this.report(text, undefined));
    try {
      await done;
    } finally {
      cancel();
    }
  }
}
