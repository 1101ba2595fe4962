// Reads and writes by quorum (Attiya, Bar-Noy, Dolev, "Sharing memory robustly in message-passing systems", JACM 1995,
// for several writers): a write asks a quorum for the newest version and then has a quorum keep a newer one; a read
// has a quorum keep what it returns. While the holders of a key stay the same, each key behaves as one copy would.
import { type Context, mutated } from '../../../lib/index.ts';
import { LookupFailedError } from '../errors.ts';
import type { Identifier } from '../identifier.ts';
import type { ChordProtocol, Peer } from '../messages.ts';
import type { ChordParameters } from '../parameters.ts';
import { QuorumError, RingTooSmallError } from './errors.ts';
import type { Held, Holders } from './holders.ts';
import type { StoredRecord } from './messages.ts';
import { compareVersions, isNewer } from './record.ts';

/** Why an attempt came to nothing; the next one may not. */
class Unready extends Error {
  readonly answered: number;
  readonly holders: number;

  constructor(answered: number, holders: number) {
    super('unready');
    this.answered = answered;
    this.holders = holders;
  }
}

export class Quorum {
  private readonly ctx: Context<typeof ChordProtocol>;
  private readonly holders: Holders;
  private readonly parameters: ChordParameters;
  private readonly writeQuorum: number;
  private readonly readQuorum: number;

  constructor(ctx: Context<typeof ChordProtocol>, holders: Holders, parameters: ChordParameters) {
    this.ctx = ctx;
    this.holders = holders;
    this.parameters = parameters;
    const majority = Math.floor(parameters.replicas / 2) + 1;
    this.writeQuorum = parameters.writeQuorum ?? majority;
    this.readQuorum = parameters.readQuorum ?? majority;
  }

  /** The newest record of a key, which a write quorum has when this settles. A tombstone is a record too. */
  read(id: Identifier): Promise<StoredRecord | undefined> {
    return this.insist('read', this.readQuorum, async () => {
      const peers = await this.holdersOf(id, this.readQuorum);
      const held = await this.fetchQuorum(peers, id, true);
      const newest = newestOf(held);
      if (newest === undefined) return undefined;
      const having = held.filter(
        ({ record }) => record !== undefined && !isNewer(newest.version, record.version),
      );
      if (having.length >= this.writeQuorum || mutated('chord/read-not-written-back')) return newest;
      const others = peers.filter((peer) => !having.some((other) => other.peer.id === peer.id));
      await this.storeAt(others, newest, this.writeQuorum - having.length);
      return newest;
    });
  }

  /** What a quorum knows of a key, the bytes left out: to find the version of a write. */
  newest(id: Identifier): Promise<StoredRecord | undefined> {
    return this.insist('read before a write', this.readQuorum, async () => {
      const peers = await this.holdersOf(id, this.readQuorum);
      return newestOf(await this.fetchQuorum(peers, id, false));
    });
  }

  /** Settles when a write quorum keeps the record, or something newer. */
  write(record: StoredRecord): Promise<void> {
    return this.insist('write', this.writeQuorum, async () => {
      // A key is to have all its copies: a ring that has no room for them is refused before anything is written.
      const peers = await this.holdersOf(record.id, this.parameters.replicas);
      await this.storeAt(peers, record, mutated('chord/write-to-one') ? 1 : this.writeQuorum);
    });
  }

  private async holdersOf(id: Identifier, needed: number): Promise<readonly Peer[]> {
    const view = await this.holders.of(id);
    if (view === undefined) throw new Unready(0, this.parameters.replicas);
    if (view.peers.length < needed) throw new Unready(0, view.peers.length);
    return view.peers;
  }

  /** Enough answers, and if nobody has the key, all that there are. */
  private async fetchQuorum(peers: readonly Peer[], id: Identifier, values: boolean): Promise<Held[]> {
    const held = await gather(
      peers.map((peer) => this.holders.fetch(peer, id, values)),
      (answers) => answers.filter(counts).length >= this.readQuorum && answers.some(({ record }) => record),
    );
    const answered = held.filter(counts).length;
    if (answered < this.readQuorum) throw new Unready(answered, peers.length);
    return held;
  }

  private async storeAt(peers: readonly Peer[], record: StoredRecord, needed: number): Promise<void> {
    const stored = await gather(
      peers.map(async (peer) => ((await this.holders.store(peer, [record])) ? peer : undefined)),
      (answers) => answers.length >= needed,
    );
    if (stored.length < needed) throw new Unready(stored.length, peers.length);
  }

  /** Tries until it works, for a while. */
  private async insist<Result>(
    what: string,
    needed: number,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    const { storageAttempts, stabilizeMs, backoffMs } = this.parameters;
    let last = new Unready(0, this.parameters.replicas);
    let error: unknown;
    for (let n = 0; n < storageAttempts; n++) {
      // What isn't ready is made so by stabilization: a round of it may have to pass.
      if (n > 0) await this.ctx.sleep(this.ctx.random() * (backoffMs + stabilizeMs.max) * Math.min(n, 3));
      try {
        return await attempt();
      } catch (failure) {
        error = failure;
        if (failure instanceof Unready) last = failure;
        else if (!(failure instanceof LookupFailedError)) throw failure;
      }
    }
    if (error instanceof LookupFailedError) throw error;
    if (last.holders < this.parameters.replicas && last.answered === 0) {
      throw new RingTooSmallError(last.holders, this.parameters.replicas);
    }
    throw new QuorumError(what, last.answered, needed);
  }
}

/** A node that is still being given what it should hold can't say that there is nothing. */
function counts({ moving }: Held): boolean {
  return !moving;
}

function newestOf(held: readonly Held[]): StoredRecord | undefined {
  let newest: StoredRecord | undefined;
  for (const { record } of held) {
    if (
      record !== undefined &&
      (newest === undefined || compareVersions(record.version, newest.version) > 0)
    ) {
      newest = record;
    }
  }
  return newest;
}

/** The answers that have come when they are enough, or when there will be no more. */
async function gather<Answer>(
  asked: readonly Promise<Answer | undefined>[],
  enough: (answers: readonly Answer[]) => boolean,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  return new Promise((resolve, reject) => {
    let open = asked.length;
    const settle = (answer: Answer | undefined): void => {
      open--;
      if (answer !== undefined) answers.push(answer);
      if (open === 0 || (answer !== undefined && enough(answers))) resolve([...answers]);
    };
    if (open === 0) resolve([]);
    for (const promise of asked) promise.then(settle, reject);
  });
}
