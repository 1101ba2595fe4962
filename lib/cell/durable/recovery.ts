// A durable actor begins: its last snapshot, then the messages that came after it, without what they did to others.
import { StoreError } from '../../protocol/errors.ts';
import type { Recovery } from '../../protocol/persist.ts';
import type { VolumeEntry } from '../../protocol/storage.ts';
import { asError } from '../asError.ts';
import type { Cell } from '../cell.ts';
import { fail } from '../lifecycle.ts';
import type { Journal } from './journal.ts';
import { checkFollows, entriesEnd, entryKey, messageLog, positionOf } from './keys.ts';
import { decodeMessage } from './messageRecord.ts';
import { inLoggedTurn } from './turn.ts';
import { decodeValue } from './values.ts';

const pageEntries = 1024;

/** What came of a recovery: `gone`: the behaviour ended meanwhile, or is to begin again. */
export type Outcome = 'recovered' | 'gone';

/**
 * Brings the behaviour to the state it had.
 *
 * @throws `StoreError`, and what `restore` and `recovered` throw
 */
export async function recover(journal: Journal): Promise<Outcome> {
  const { cell, options } = journal;
  const { context } = cell;
  const isGone = (): boolean => cell.context !== context;
  // A journal that lives on knows what its last behaviour has handled: what is logged beyond it is still in memory.
  const until = journal.handled;
  const snapshot = await readSnapshot(journal);
  if (isGone()) return 'gone';
  if (snapshot !== undefined) {
    if (options!.restore === undefined) {
      throw new StoreError(
        'incompatible',
        `${cell.path} has a snapshot, and its persist no \`restore\` to take it over`,
      );
    }
    options!.restore(snapshot.state as never);
  }
  const from = snapshot?.position ?? 0;
  journal.snapshotAt = from;
  let position = from;
  let replayed = 0;
  for (;;) {
    const page = await readPage(journal, position + 1, until);
    if (isGone()) return 'gone';
    for (const entry of page) {
      checkFollows(positionOf(entry.key), ++position);
      if (!replay(journal, entry)) return 'gone';
      replayed++;
    }
    if (page.length === 0) break;
  }
  if (until !== undefined) checkFollows(until, position);
  if (until === undefined) journal.next = position + 1;
  journal.handled = position;
  await options!.recovered?.({ replayed, fromSnapshot: snapshot !== undefined } satisfies Recovery);
  return isGone() ? 'gone' : 'recovered';
}

async function readSnapshot({
  volume,
  cell,
}: Journal): Promise<{ position: number; state: unknown } | undefined> {
  const bytes = await volume.read((opened) => opened.get(messageLog.marker));
  if (bytes === undefined) return undefined;
  return decodeValue(bytes, cell.kind.host.platform) as { position: number; state: unknown };
}

function readPage(
  { volume }: Journal,
  from: number,
  until: number | undefined,
): Promise<readonly VolumeEntry[]> {
  const end = until === undefined ? entriesEnd(messageLog) : entryKey(messageLog, until + 1);
  return volume.read((opened) => opened.range(entryKey(messageLog, from), end, pageEntries));
}

/** Handles a message again; false: its handler failed, and the actor is to begin again without it. */
function replay(journal: Journal, { key, bytes }: VolumeEntry): boolean {
  const { cell } = journal;
  const { host, table } = cell.kind;
  const message = decodeMessage(bytes, table, cell.path, host.platform, host.refs);
  if (message === undefined) return true;
  const { entry, payload, now, seed } = message;
  try {
    inLoggedTurn(true, now, seed, () => journal.dispatch(entry.index, payload));
    return true;
  } catch (error) {
    if (fail(cell, entry.name, asError(error)) === 'resume') return true;
    journal.skip(positionOf(key));
    return false;
  }
}

/** Holds the actor's mailbox while it recovers. */
export function beginRecovery(cell: Cell, journal: Journal): void {
  const { context } = cell;
  cell.held = true;
  journal.state = 'recovering';
  const isGone = (): boolean => {
    if (cell.context === context) return false;
    journal.refused(cell.goneError());
    return true;
  };
  recover(journal).then(
    (outcome) => {
      if (isGone()) return;
      if (outcome === 'recovered') journal.recovered();
      cell.release();
    },
    (thrown: unknown) => {
      if (isGone()) return;
      const error = asError(thrown);
      // Whoever started it for the first time ends it.
      if (journal.refused(error)) return;
      journal.state = 'broken';
      fail(cell, 'recovery', error);
      cell.release();
    },
  );
}
