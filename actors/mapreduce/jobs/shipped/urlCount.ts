// How often each URL of a web server's log was asked for: the paper's count of URL access frequency (section 2.3).
import * as z from 'zod';
import { type Emit, job } from '../job.ts';
import { textLines } from '../readers/lines.ts';
import { tsv } from '../writers/tsv.ts';

/** The request in a line of the common and the combined log format: `"GET /path HTTP/1.1" 200`. */
const request = /"[A-Z]+ (\S+)(?: HTTP\/[\d.]+)?" (\d{3}) /;

/** Requests by URL. Lines that no log format explains are counted as `unparsed`. */
export const UrlCount = job('thrum/UrlCount', {
  module: import.meta.url,
  params: z
    .strictObject({
      /** Whether what follows `?` is left out. */
      path: z.boolean().default(false),
      /** Only answers whose status begins so, such as `2` or `404`. */
      status: z
        .string()
        .regex(/^\d{0,3}$/)
        .default(''),
    })
    .prefault({}),
  input: textLines({ encoding: 'latin1' }),
  map(line, emit: Emit<string, number>, { params, count }) {
    const found = request.exec(line);
    if (found === null) {
      count('unparsed');
      return;
    }
    const [, url, status] = found as unknown as [string, string, string];
    if (!status.startsWith(params.status)) return;
    const query = params.path ? url.indexOf('?') : -1;
    emit(query === -1 ? url : url.slice(0, query), 1);
  },
  combine: (left, right) => left + right,
  reduce(url, counts, emit) {
    let sum = 0;
    for (const count of counts) sum += count;
    emit([url, sum]);
  },
  output: tsv<[url: string, requests: number]>(),
  counters: ['unparsed'],
});
