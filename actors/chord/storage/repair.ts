// Brings copies to where they belong: after each change of neighbours, and from time to time. What a node holds is
// looked at range by range, a range being what one node is responsible for.
import { type Context, mutated } from '../../../lib/index.ts';
import { LookupFailedError } from '../errors.ts';
import type { Identifier } from '../identifier.ts';
import { isOwnedBy } from '../interval.ts';
import type { ChordProtocol, Peer } from '../messages.ts';
import type { ChordParameters } from '../parameters.ts';
import { type Holders, type HolderView, onDistinctHosts } from './holders.ts';
import type { StoredRecord } from './messages.ts';
import type { Shelf } from './shelf.ts';

/** What a record's bytes may add up to in one message. */
const batchBytesMax = 256 * 1024;

export class Repair {
  private readonly ctx: Context<typeof ChordProtocol>;
  private readonly holders: Holders;
  private readonly shelf: Shelf;
  private readonly parameters: ChordParameters;
  private readonly report: (error: unknown) => void;
  private cancel: (() => void) | undefined;
  private dueAtMs = Number.POSITIVE_INFINITY;
  private running = false;
  /** Passes that were finished. */
  passes = 0;

  constructor(
    ctx: Context<typeof ChordProtocol>,
    holders: Holders,
    shelf: Shelf,
    parameters: ChordParameters,
    report: (error: unknown) => void,
  ) {
    this.ctx = ctx;
    this.holders = holders;
    this.shelf = shelf;
    this.parameters = parameters;
    this.report = report;
  }

  /** Something has changed: a pass is due soon, once for several changes. */
  soon(): void {
    this.within(this.parameters.repairMs / 10);
  }

  private within(delayMs: number): void {
    if (this.parameters.repairMs === 0 || mutated('chord/nothing-repaired')) return;
    const dueAtMs = this.ctx.now() + delayMs;
    if (dueAtMs >= this.dueAtMs) return;
    this.cancel?.();
    this.dueAtMs = dueAtMs;
    this.cancel = this.ctx.after(delayMs, () => {
      this.dueAtMs = Number.POSITIVE_INFINITY;
      void this.pass();
    });
  }

  private async pass(): Promise<void> {
    if (this.running) return this.soon();
    this.running = true;
    try {
      if (this.holders.member.phase === 'member') await this.run();
      this.passes++;
    } catch (error) {
      this.report(error);
    } finally {
      this.running = false;
    }
    // Without values there is nothing to look after until somebody brings some.
    if (this.shelf.ids().length > 0) this.within(this.parameters.repairMs * (0.75 + this.ctx.random() / 2));
  }

  private async run(): Promise<void> {
    let ids: readonly Identifier[] = this.shelf.ids();
    while (ids.length > 0) {
      const view = await this.viewOf(ids[0]!);
      // Nobody knows just now: the rest of the shelf may do better.
      if (view === undefined) {
        ids = ids.slice(1);
        continue;
      }
      const owner = view.peers[0]!;
      const inRange = ids.filter((id) => isOwnedBy(view.from, id, owner.id));
      await this.tend(view, inRange);
      const done = new Set(inRange);
      ids = ids.filter((id) => !done.has(id));
      // A view that doesn't cover the key it was asked for would be asked for again and again.
      if (inRange.length === 0) ids = ids.slice(1);
    }
  }

  private async viewOf(id: Identifier): Promise<HolderView | undefined> {
    try {
      return await this.holders.of(id);
    } catch (error) {
      if (error instanceof LookupFailedError) return undefined;
      throw error;
    }
  }

  /** The owner brings its copies to all holders; another holder to the owner; and who is none gives them away. */
  private async tend(view: HolderView, ids: readonly Identifier[]): Promise<void> {
    const { self } = this.holders.member;
    const owner = view.peers[0]!;
    const isHolder = view.peers.some(({ id }) => id === self.id);
    const targets = owner.id === self.id || !isHolder ? view.peers : [owner];
    const range = { from: view.from, to: owner.id };
    const before = this.shelf.version;
    let complete = view.peers.length >= this.parameters.replicas;
    for (const peer of targets) {
      if (peer.id !== self.id && !(await this.bring(peer, range, ids))) complete = false;
    }
    // Only what all holders have confirmed; and nothing, if anything has been written meanwhile.
    if (!isHolder && complete && this.shelf.version === before) for (const id of ids) this.shelf.delete(id);
  }

  /** Makes `peer` hold what this node holds of a range, within the limit for one pass; whether it now does. */
  async bring(
    peer: Peer,
    range: { from: Identifier; to: Identifier },
    ids: readonly Identifier[],
    most = this.parameters.handoffMax,
  ): Promise<boolean> {
    if (await this.holders.holdTheSame(peer, range, this.shelf.digest(ids))) return true;
    const entries = ids.map((id) => this.shelf.entry(id)).filter((entry) => entry !== undefined);
    const wanted = await this.holders.offer(peer, entries);
    if (wanted === undefined) return false;
    for (const batch of this.batches(wanted.slice(0, most))) {
      if (!(await this.holders.store(peer, batch))) return false;
    }
    return wanted.length <= most;
  }

  private *batches(ids: readonly Identifier[]): Generator<StoredRecord[]> {
    let batch: StoredRecord[] = [];
    let bytes = 0;
    for (const id of ids) {
      const record = this.shelf.get(id);
      if (record === undefined) continue;
      const size =
        'bytes' in record.content && typeof record.content.bytes !== 'number'
          ? record.content.bytes.length
          : 0;
      if (batch.length > 0 && bytes + size > batchBytesMax) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(record);
      bytes += size;
    }
    if (batch.length > 0) yield batch;
  }

  /**
   * After a join: takes from the next nodes what this one is to hold. From so many that every acknowledged write is at
   * one of them at least; until then the node is `moving`.
   */
  async fetchShare(): Promise<void> {
    const { replicas, writeQuorum } = this.parameters;
    const needed = replicas - (writeQuorum ?? Math.floor(replicas / 2) + 1) + 1;
    const pulled = new Set<Identifier>();
    while (this.holders.member.phase === 'member') {
      const { successors, self } = this.holders.member;
      const sources = onDistinctHosts(successors, replicas);
      const others = sources.filter(({ id }) => !pulled.has(id));
      // Counted anew each time: the nodes behind this one may be others than those that were pulled from.
      let missing = Math.min(needed, sources.length) - (sources.length - others.length);
      if (missing <= 0) break;
      for (const peer of others) {
        if (!(await this.pullFrom(peer, { from: successors[0]!.id, to: self.id }))) continue;
        pulled.add(peer.id);
        if (--missing === 0) break;
      }
      if (missing > 0) await this.ctx.sleep(this.parameters.stabilizeMs.max || this.parameters.backoffMs);
    }
    this.holders.moving = false;
    // What was taken too much of is given to those whom it belongs to.
    this.soon();
  }

  private async pullFrom(peer: Peer, range: { from: Identifier; to: Identifier }): Promise<boolean> {
    let after: Identifier | undefined;
    for (;;) {
      const page = await this.holders.pull(peer, { ...range, after });
      if (page === undefined) return false;
      for (const record of page.records) this.shelf.put(record);
      if (page.done) return true;
      after = page.records.at(-1)?.id;
      if (after === undefined) return false;
    }
  }

  /** Before a leave: the next nodes are given all that this one holds, so far as they answer. */
  async giveAway(): Promise<void> {
    const { member } = this.holders;
    const { self, successors, predecessor } = member;
    const [heir] = successors;
    if (heir === undefined) return;
    await this.bring(heir, { from: self.id, to: self.id }, this.shelf.ids(), Number.POSITIVE_INFINITY);
    const range = { from: predecessor?.id ?? self.id, to: self.id };
    const own = this.shelf.ids(range);
    for (const peer of onDistinctHosts(successors.slice(1), this.parameters.replicas - 1)) {
      await this.bring(peer, range, own, Number.POSITIVE_INFINITY);
    }
  }
}
