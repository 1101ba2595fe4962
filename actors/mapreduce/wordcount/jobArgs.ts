// From options to what the coordinator of a job is given: how memory is shared out, what is to be gathered, and, where a
// job is to go on after its process was killed, what job it is.
import { statSync } from 'node:fs';
import type { InputFile } from '../inputs/index.ts';
import type { CompiledRules } from '../rules/rules.ts';
import { defaultEngine } from '../text/engine.ts';
import type { CoordinatorArgs } from './coordinator.ts';
import { digestOf } from './digest.ts';
import { wantedOf } from './entries.ts';
import { readBytesDefault } from './fileReport.ts';
import type { JobIdentity } from './journal.ts';
import { defaultMemoryBytes, memoryPlan } from './memory.ts';
import type { CountWordsOptions } from './options.ts';
import { gatheredOf } from './wantedEntries.ts';

const rangeBytesDefault = 8 * 1024 * 1024;
export const streamNameDefault = 'stdin';

/**
 * A job on the given nodes.
 *
 * @param directory for its runs, and for its journal where it has one
 */
export function jobArgs(
  options: CountWordsOptions,
  compiled: CompiledRules,
  nodes: number[],
  directory: string,
): CoordinatorArgs {
  const { files = [], stream, shard, resumeDirectory, rangeBytes = rangeBytesDefault } = options;
  const memory = memoryPlan(options.memoryBytesMax ?? defaultMemoryBytes(), nodes.length);
  const { tableBytesMax, sortBytesMax, shuffleBytesMax, fanInMax } = memory;
  const gathered = gatheredOf(wantedOf(options), memory.topMax);
  const asked = [compiled, gathered, rangeBytes, fanInMax, shard ?? 0];
  return {
    settings: {
      ...compiled,
      streamName: options.streamName ?? streamNameDefault,
      readBytes: options.readBytes ?? readBytesDefault,
      ...{ tableBytesMax, sortBytesMax, directory },
      journals: resumeDirectory !== undefined,
      engine: options.engine ?? defaultEngine(),
    },
    ...{ nodes, shuffleBytesMax, fanInMax, ...gathered, rangeBytes },
    files: [...files],
    stream: stream !== undefined,
    ...(shard && { shard }),
    ...(resumeDirectory !== undefined && { identity: identityOf(files, asked) }),
  };
}

function identityOf(files: readonly InputFile[], asked: readonly unknown[]): JobIdentity {
  return { inputs: digestOf(files.map(stateOf)), settings: digestOf(asked) };
}

/** What tells that a file has changed. */
function stateOf({ path, bytes, remote }: InputFile): (string | number)[] {
  if (remote !== undefined) return [path, bytes, remote.etag ?? remote.modified ?? ''];
  try {
    const { size, mtimeMs } = statSync(path);
    return [path, bytes, size, mtimeMs];
  } catch {
    // It will be reported as one that can't be read.
    return [path, bytes];
  }
}
