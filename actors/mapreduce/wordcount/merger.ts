// Merges runs that lie on disk: a piece of the keys at a time, as the coordinator hands them out.
import { rmSync } from 'node:fs';
import { actor, type Handlers } from '../../../lib/index.ts';
import { DamagedRunError, RunStorageError } from '../runs/errors.ts';
import { runMergeTask } from '../runs/mergeTask.ts';
import { type MergeRequest, type MergerArgs, MergerProtocol, mergerArgsSchema } from './messages.ts';

class Merger implements Handlers<typeof MergerProtocol> {
  private readonly args: MergerArgs;

  constructor(args: MergerArgs) {
    this.args = args;
  }

  async merge({ start, end, removesRuns, ...request }: MergeRequest) {
    const outcome = await runMergeTask({ ...request, ...this.args, range: { start, end } });
    if (removesRuns) for (const path of request.runs) rmSync(path, { force: true });
    return { ...outcome, ranked: [...outcome.ranked] };
  }
}

export const WordCountMerger = actor('thrum/mapreduce/WordCountMerger', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: mergerArgsSchema,
  protocol: MergerProtocol,
  errors: [RunStorageError, DamagedRunError],
  create: (args) => new Merger(args),
});
