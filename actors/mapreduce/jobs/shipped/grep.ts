// Lines that match a pattern: the paper's distributed grep (section 2.3).
import * as z from 'zod';
import { type Emit, job } from '../job.ts';
import { textLines } from '../readers/lines.ts';
import { tsv } from '../writers/tsv.ts';

/** The last pattern that a thread has made. */
let compiled: { readonly source: string; readonly flags: string; readonly pattern: RegExp } | undefined;

function patternOf({ pattern: source, flags }: { pattern: string; flags: string }): RegExp {
  if (compiled?.source !== source || compiled.flags !== flags) {
    compiled = { source, flags, pattern: new RegExp(source, flags) };
  }
  return compiled.pattern;
}

/** Matching lines, each with its file and byte offset; in the order of the files and of the lines. */
export const Grep = job('thrum/Grep', {
  module: import.meta.url,
  params: z
    .strictObject({
      /** A regular expression of JavaScript. */
      pattern: z.string(),
      /** Its flags, of `i`, `s`, `u` and `v`. */
      flags: z
        .string()
        .regex(/^[isuv]*$/, 'flags are of i, s, u and v')
        .default(''),
    })
    .superRefine(({ pattern, flags }, { addIssue }) => {
      try {
        new RegExp(pattern, flags);
      } catch (error) {
        addIssue({ code: 'custom', path: ['pattern'], message: (error as Error).message });
      }
    }),
  input: textLines(),
  map(line, emit: Emit<[path: string, offset: number], string>, info) {
    if (!patternOf(info.params).test(line)) return;
    info.count('matches');
    emit([info.path, info.offset], line);
  },
  reduce([path, offset], lines, emit) {
    for (const line of lines) emit([path, offset, line]);
  },
  partition: 'range',
  output: tsv<[path: string, offset: number, line: string]>(),
  counters: ['matches'],
});
