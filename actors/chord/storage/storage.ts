// The storage of one node: what apps ask of it (put, get, delete, in all their kinds), and what other nodes do.
import type { Context } from '../../../lib/index.ts';
import { type Identifier, type IdentifierSpace, identifierOf, parseIdentifier } from '../identifier.ts';
import type { Lookups } from '../lookup/lookups.ts';
import type { ChordProtocol } from '../messages.ts';
import { type ChordParameters, spaceOf } from '../parameters.ts';
import type { Member } from '../ring/member.ts';
import type { Requests } from '../ring/requests.ts';
import {
  CorruptValueError,
  InvalidKeyError,
  InvalidSignatureError,
  QuorumError,
  RingTooSmallError,
  StaleSequenceError,
  UnknownKeyError,
  ValueTooLargeError,
} from './errors.ts';
import { Holders } from './holders.ts';
import type { Entry, StoredRecord } from './messages.ts';
import { Quorum } from './quorum.ts';
import { blockId, checkProof, nextVersion, sizeOf, type Version } from './record.ts';
import { Repair } from './repair.ts';
import { Shelf } from './shelf.ts';
import type { SignedValue } from './signing.ts';

/** Blocks of one value that are read or written at a time. */
const blocksAtOnce = 4;
/** What never changes has one version. */
const only: Version = { counter: 1, writer: '' };
const nothing = new Uint8Array(0);

export class Storage {
  readonly holders: Holders;
  readonly repair: Repair;
  private readonly shelf: Shelf;
  private readonly quorum: Quorum;
  private readonly parameters: ChordParameters;
  private readonly space: IdentifierSpace;
  private readonly member: Member;
  private writes = 0;

  constructor(
    ctx: Context<typeof ChordProtocol>,
    member: Member,
    lookups: Lookups,
    requests: Requests,
    parameters: ChordParameters,
    report: (error: unknown) => void,
  ) {
    this.member = member;
    this.parameters = parameters;
    this.space = spaceOf(parameters);
    this.shelf = new Shelf(() => ctx.now(), parameters.tombstoneMs);
    this.holders = new Holders(member, this.shelf, lookups, requests, parameters);
    this.quorum = new Quorum(ctx, this.holders, parameters);
    this.repair = new Repair(ctx, this.holders, this.shelf, parameters, report);
  }

  // For apps

  async put(key: string, value: Uint8Array, ttlMs: number | undefined): Promise<Version> {
    this.checkSize(value);
    const id = this.placeOf(key);
    const before = await this.quorum.newest(id);
    const version = this.versionAfter(before);
    if (value.length <= this.parameters.blockBytes) {
      await this.quorum.write({ id, version, content: { kind: 'value', bytes: value }, ttlMs });
    } else {
      const count = Math.ceil(value.length / this.parameters.blockBytes);
      await this.writeBlocks(id, version, value, ttlMs);
      await this.quorum.write({
        id,
        version,
        content: { kind: 'blocks', count, bytes: value.length },
        ttlMs,
      });
    }
    void this.dropBlocks(before);
    return version;
  }

  async get(key: string): Promise<{ value: Uint8Array; version: Version }> {
    const id = this.placeOf(key);
    // A value in blocks may be replaced while it is read, and its blocks be gone: then there is a newer one.
    for (let attempt = 0; attempt < this.parameters.storageAttempts; attempt++) {
      const record = await this.quorum.read(id);
      const value = record && (await this.valueOf(record));
      if (record === undefined || record.content.kind === 'tombstone') throw new UnknownKeyError(key);
      if (value !== undefined) return { value, version: record.version };
    }
    throw new CorruptValueError(id, 'some of its blocks are nowhere to be found');
  }

  async delete(key: string): Promise<Version> {
    const id = this.placeOf(key);
    const before = await this.quorum.newest(id);
    const version = this.versionAfter(before);
    await this.quorum.write({ id, version, content: { kind: 'tombstone' } });
    void this.dropBlocks(before);
    return version;
  }

  async putHashed(value: Uint8Array, ttlMs: number | undefined): Promise<Identifier> {
    this.checkSize(value, this.parameters.blockBytes);
    const id = identifierOf(value, this.space);
    await this.quorum.write({ id, version: only, content: { kind: 'hashed', bytes: value }, ttlMs });
    return id;
  }

  async getHashed(hash: string): Promise<{ value: Uint8Array }> {
    const record = await this.quorum.read(parseIdentifier(hash, this.space));
    if (record?.content.kind !== 'hashed') throw new UnknownKeyError(hash);
    return { value: record.content.bytes };
  }

  async putSigned(signed: SignedValue, ttlMs: number | undefined): Promise<Identifier> {
    const { value, sequence, publicKey, signature } = signed;
    this.checkSize(value, this.parameters.blockBytes);
    const id = identifierOf(publicKey, this.space);
    const record: StoredRecord = {
      id,
      version: { counter: sequence, writer: '' },
      content: { kind: 'signed', bytes: value, publicKey, signature },
      ttlMs,
    };
    checkProof(record, this.space);
    const before = await this.quorum.newest(id);
    if (before !== undefined && before.version.counter >= sequence) {
      throw new StaleSequenceError(sequence, before.version.counter);
    }
    await this.quorum.write(record);
    return id;
  }

  async getSigned(hash: string): Promise<{ value: Uint8Array; sequence: number; publicKey: Uint8Array }> {
    const record = await this.quorum.read(parseIdentifier(hash, this.space));
    if (record?.content.kind !== 'signed') throw new UnknownKeyError(hash);
    const { content, version } = record;
    return { value: content.bytes, sequence: version.counter, publicKey: content.publicKey };
  }

  // For other nodes

  fetch(id: Identifier, values: boolean): { record: StoredRecord | undefined; moving: boolean } {
    const record = this.shelf.get(id);
    return { record: record && (values ? record : withoutBytes(record)), moving: this.holders.moving };
  }

  /** @throws `CorruptValueError`, `InvalidSignatureError` for a record that doesn't prove itself */
  store(records: readonly StoredRecord[]): void {
    for (const record of records) checkProof(record, this.space);
    for (const record of records) this.shelf.put(record);
    this.repair.soon();
  }

  offer(entries: readonly Entry[]): Identifier[] {
    return this.shelf.wanted(entries);
  }

  compare(range: { from: Identifier; to: Identifier }, digest: string): boolean {
    return this.shelf.digest(this.shelf.ids(range)) === digest;
  }

  pull(
    range: { from: Identifier; to: Identifier },
    after: Identifier | undefined,
  ): { records: StoredRecord[]; done: boolean } {
    const ids = this.shelf.ids(range).filter((id) => after === undefined || id > after);
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const id of ids) {
      if (records.length === this.parameters.handoffMax || bytes > this.parameters.blockBytes * blocksAtOnce)
        break;
      const record = this.shelf.get(id)!;
      records.push(record);
      bytes += sizeOf(record);
    }
    return { records, done: records.length === ids.length };
  }

  holdings(): { records: number; tombstones: number; bytes: number; moving: boolean } {
    return { ...this.shelf.totals(), moving: this.holders.moving };
  }

  get isEmpty(): boolean {
    return this.shelf.ids().length === 0;
  }

  // Helpers

  private placeOf(key: string): Identifier {
    const bytes = Buffer.byteLength(key);
    const most = this.parameters.keyBytesMax;
    if (bytes < 1 || bytes > most) throw new InvalidKeyError(bytes, most);
    return identifierOf(key, this.space);
  }

  private checkSize(value: Uint8Array, most = this.parameters.valueBytesMax): void {
    if (value.length > most) throw new ValueTooLargeError(value.length, most);
  }

  /** Newer than what is there, and no other write's: two of this node may be under way at a time. */
  private versionAfter(before: StoredRecord | undefined): Version {
    return nextVersion([before?.version], `${this.member.self.id}/${++this.writes}`);
  }

  private async writeBlocks(
    id: Identifier,
    version: Version,
    value: Uint8Array,
    ttlMs: number | undefined,
  ): Promise<void> {
    const { blockBytes } = this.parameters;
    const count = Math.ceil(value.length / blockBytes);
    await inTurns(count, async (index) => {
      const bytes = value.slice(index * blockBytes, (index + 1) * blockBytes);
      const place = blockId(id, version, index, this.space);
      await this.quorum.write({ id: place, version: only, content: { kind: 'value', bytes }, ttlMs });
    });
  }

  /** The value of a record; `undefined` when there is none, or blocks of it are missing. */
  private async valueOf({ id, version, content }: StoredRecord): Promise<Uint8Array | undefined> {
    if (content.kind === 'tombstone') return undefined;
    if (content.kind !== 'blocks') return content.bytes;
    const value = new Uint8Array(content.bytes);
    let missing = false;
    await inTurns(content.count, async (index) => {
      const block = await this.quorum.read(blockId(id, version, index, this.space));
      if (block?.content.kind !== 'value') missing = true;
      else value.set(block.content.bytes, index * this.parameters.blockBytes);
    });
    return missing ? undefined : value;
  }

  /** The blocks of a value that was replaced or deleted. Those that can't be reached now stay. */
  private async dropBlocks(record: StoredRecord | undefined): Promise<void> {
    if (record?.content.kind !== 'blocks') return;
    const { id, version, content } = record;
    const drop = async (index: number): Promise<void> => {
      const place = blockId(id, version, index, this.space);
      await this.quorum.write({
        id: place,
        version: { counter: 2, writer: '' },
        content: { kind: 'tombstone' },
      });
    };
    await inTurns(content.count, drop).catch(() => {});
  }
}

/** What the asks of storage reject with. */
export const storageErrors = [
  CorruptValueError,
  InvalidKeyError,
  InvalidSignatureError,
  QuorumError,
  RingTooSmallError,
  StaleSequenceError,
  UnknownKeyError,
  ValueTooLargeError,
] as const;

function withoutBytes(record: StoredRecord): StoredRecord {
  const { content } = record;
  if (content.kind === 'value' || content.kind === 'hashed')
    return { ...record, content: { ...content, bytes: nothing } };
  if (content.kind === 'signed') {
    return { ...record, content: { ...content, bytes: nothing, signature: nothing, publicKey: nothing } };
  }
  return record;
}

/** Does it for 0 to `count` − 1, a few at a time. */
async function inTurns(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(blocksAtOnce, count) }, worker));
}
