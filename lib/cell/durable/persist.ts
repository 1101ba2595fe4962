// `ctx.persist`: checks what a behaviour says of its durability, and gives its cell a journal.
import { InvalidOptionError } from '../../protocol/errors.ts';
import type { PersistOptions } from '../../protocol/persist.ts';
import type { ProtocolTable } from '../../wire/protocolTable.ts';
import type { Cell } from '../cell.ts';
import { Journal } from './journal.ts';
import { isOfOneProcess } from './messageRecord.ts';

const snapshotEveryMax = 1_000_000;

/**
 * @throws `InvalidOptionError`; `StoreError` of kind `unavailable` for an actor that has no store
 */
export function persist(cell: Cell, options: PersistOptions<unknown>): void {
  const logged = checked(cell.kind.definition.name, cell.table, options);
  const own = cell.own();
  own.journal ??= new Journal(cell);
  const { journal } = own;
  if (journal.options !== undefined) {
    throw new InvalidOptionError(`create of '${cell.kind.definition.name}' calls ctx.persist twice`);
  }
  journal.options = options;
  journal.logged = logged;
  own.addStopCallback(() => journal.lastSnapshot());
}

/** Which messages are logged. */
function checked(name: string, table: ProtocolTable, options: PersistOptions<unknown>): readonly boolean[] {
  const { snapshot, restore, recovered, snapshotEvery, readOnly = [] } = options;
  for (const [what, fn] of Object.entries({ snapshot, restore, recovered })) {
    if (fn !== undefined && typeof fn !== 'function') throw refused(name, `${what} is a function`);
  }
  if ((snapshot === undefined) !== (restore === undefined)) {
    throw refused(name, 'snapshot and restore go together: one takes over what the other gave');
  }
  const every = snapshotEvery ?? 1;
  if (!Number.isInteger(every) || every < 1 || every > snapshotEveryMax) {
    throw refused(
      name,
      `snapshotEvery is an integer from 1 to ${snapshotEveryMax}, not ${String(snapshotEvery)}`,
    );
  }
  const unlogged: ReadonlySet<string> = new Set(readOnly);
  const unknown = [...unlogged].find((message) => !table.entries.some((entry) => entry.name === message));
  if (unknown !== undefined) throw refused(name, `readOnly names '${unknown}', which its protocol hasn't`);
  return table.entries.map((entry) => {
    if (unlogged.has(entry.name)) return false;
    if (entry.concurrent) {
      throw refused(
        name,
        `'${entry.name}' is a concurrent ask, whose handler waits: it can only be readOnly`,
      );
    }
    if (isOfOneProcess(entry.codec.layout)) {
      throw refused(
        name,
        `'${entry.name}' carries a ref or shared memory, which mean nothing in another process: make it readOnly, or send a name`,
      );
    }
    return true;
  });
}

function refused(name: string, why: string): InvalidOptionError {
  return new InvalidOptionError(`ctx.persist of '${name}': ${why}`);
}
