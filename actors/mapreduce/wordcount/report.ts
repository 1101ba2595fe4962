// What was read of the inputs and what couldn't be, added up from reports of its parts. Apart from the messages' schemas,
// so that a count without threads loads no validation.
import type { Report } from './messages.ts';

/** A report that others are added to. */
export type MutableReport = { -readonly [Key in keyof Report]: Report[Key] };

export function emptyReport(): MutableReport {
  return { seen: 0, bytes: 0, files: 0, binary: [], failed: [], badRecords: 0, missingFields: 0 };
}

/** Adds what one report says to another. */
export function addReport(sum: MutableReport, report: Report): void {
  sum.seen += report.seen;
  sum.bytes += report.bytes;
  sum.files += report.files;
  sum.badRecords += report.badRecords;
  sum.missingFields += report.missingFields;
  sum.binary.push(...report.binary);
  sum.failed.push(...report.failed);
}
