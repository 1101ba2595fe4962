// For people: rank, word, count and share of all words (of all files, where it is files that are counted), in columns
// without lines.
import CliTable from 'cli-table3';
import { escapeControls, formatCount } from '../text.ts';
import type { Format, Totals, WordEntry } from './format.ts';

/**
 * Columns are as wide as their widest cell, so rows are held back to be measured. Past this many, a table goes
 * on in another block with widths of its own rather than hold a million rows.
 */
const rowsMax = 1000;

/** A word may be megabytes long; nobody reads that far. */
const wordCharactersMax = 60;

const borderless = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '   ' },
};

export const table: Format = async function* (batches, totals) {
  let rank = 0;
  const group = totals.isGrouped ? ['path'] : [];
  const whole = wholeOf(totals);
  const last = whole === undefined ? [] : ['share'];
  let rows = newRows(['#', ...group, 'word', 'count', ...last], group.length);
  for await (const batch of batches) {
    for (const entry of batch) {
      if (rows.length === rowsMax) {
        yield `${rows}\n`;
        rows = newRows([], group.length);
      }
      rank++;
      const path = totals.isGrouped ? [escapeControls(entry.path ?? '')] : [];
      rows.push([
        ...[formatCount(rank), ...path, shown(entry), formatCount(entry.count)],
        ...(whole === undefined ? [] : [share(entry, whole)]),
      ]);
    }
  }
  yield `${rows}\n`;
};

/** What counts are a share of; nothing where they are of the files of a group, whose number isn't known. */
function wholeOf({ words, isDocFreq, isGrouped, files }: Totals): number | undefined {
  if (isDocFreq !== true) return words;
  return isGrouped ? undefined : files;
}

function newRows(head: string[], groups: number): CliTable.Table {
  return new CliTable({
    head,
    chars: borderless,
    colAligns: ['right', ...Array<'left'>(groups).fill('left'), 'left', 'right', 'right'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
}

function shown({ word }: WordEntry): string {
  // Cut first: escaping is per character, and the word may be megabytes long.
  const beginning = [...word.slice(0, 2 * wordCharactersMax)].slice(0, wordCharactersMax).join('');
  return escapeControls(beginning) + (beginning.length < word.length ? '…' : '');
}

function share({ count }: WordEntry, whole: number): string {
  return `${((100 * count) / whole).toFixed(2)} %`;
}
