// A thread of a count: it has all that runs there, so that it can load it before the host has loaded the runtime, and asks
// the host for nothing.
import { startNode } from '../../../lib/index.ts';
import { WordCountMapper } from '../../mapreduce/wordcount/mapper.ts';
import { WordCountMerger } from '../../mapreduce/wordcount/merger.ts';
import { WordCountReducer } from '../../mapreduce/wordcount/reducer.ts';

/** Named, since a bundler leaves out what nobody uses. */
export const actors = [WordCountMapper, WordCountReducer, WordCountMerger];

startNode();
