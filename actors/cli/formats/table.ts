// For people: rank, word, count and share of all words, in columns without lines.
import CliTable from 'cli-table3';
import { escapeControls, formatCount } from '../text.ts';
import type { Format, WordEntry } from './format.ts';

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
  let rows = newRows(['#', ...group, 'word', 'count', 'share']);
  for await (const batch of batches) {
    for (const entry of batch) {
      if (rows.length === rowsMax) {
        yield `${rows}\n`;
        rows = newRows([], 4 + group.length);
      }
      rank++;
      const path = totals.isGrouped ? [escapeControls(entry.path ?? '')] : [];
      rows.push([
        ...[formatCount(rank), ...path, shown(entry), formatCount(entry.count), share(entry, totals.words)],
      ]);
    }
  }
  yield `${rows}\n`;
};

function newRows(head: string[], columns = head.length): CliTable.Table {
  return new CliTable({
    head,
    chars: borderless,
    colAligns:
      columns === 5 ? ['right', 'left', 'left', 'right', 'right'] : ['right', 'left', 'right', 'right'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
}

function shown({ word }: WordEntry): string {
  // Cut first: escaping is per character, and the word may be megabytes long.
  const beginning = [...word.slice(0, 2 * wordCharactersMax)].slice(0, wordCharactersMax).join('');
  return escapeControls(beginning) + (beginning.length < word.length ? '…' : '');
}

function share({ count }: WordEntry, words: number): string {
  return `${((100 * count) / words).toFixed(2)} %`;
}
