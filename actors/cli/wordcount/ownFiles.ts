// Files that the command writes itself, and would find where its output lies in what it reads: an earlier output, what was
// left of a run that was killed, the journal, and the counts of other shards. They are nothing to count; and since each
// run finds others, a count that reads them could never be resumed, and shards would be cut from different inputs.
import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, resolve, sep } from 'node:path';
import type { InputFile } from '../../mapreduce/inputs/index.ts';
import { FILE_MAGIC } from '../../mapreduce/runs/blockFormat.ts';
import type { WordCountRequest } from './request.ts';

const halfWritten = /(^|[\\/])\.thrum-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp([\\/]|$)/;

/** `files` without the command's own. One that was named by itself stays, to be counted and then replaced. */
export function withoutOwn(
  files: readonly InputFile[],
  { paths, outputPath, skippedPath, resumeDirectory, shard }: WordCountRequest,
): readonly InputFile[] {
  const outputs = [outputPath, skippedPath].filter((path) => path !== undefined).map(realOf);
  if (outputs.length === 0 && resumeDirectory === undefined) return files;
  const journal = resumeDirectory === undefined ? undefined : realOf(resumeDirectory);
  const output = outputPath === undefined ? undefined : realOf(outputPath);
  const names = new Set(outputs.map((path) => basename(path)));
  const isOwn = ({ path, remote }: InputFile): boolean => {
    if (remote !== undefined || paths.includes(path)) return false;
    if (halfWritten.test(path)) return true;
    if (names.has(basename(path)) && outputs.includes(realOf(path))) return true;
    if (shard !== undefined && output !== undefined && isBeside(path, output) && holdsCounts(path))
      return true;
    return (
      journal !== undefined && path.includes(basename(journal)) && realOf(path).startsWith(journal + sep)
    );
  };
  return files.filter((file) => !isOwn(file));
}

/** In the same directory, with the same ending: only these are opened. */
function isBeside(path: string, output: string): boolean {
  return extname(path) === extname(output) && dirname(realOf(path)) === dirname(output);
}

function holdsCounts(path: string): boolean {
  const begins = new Uint8Array(FILE_MAGIC.length);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, begins, 0, begins.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // It will be reported as one that can't be read.
    return false;
  }
  return Buffer.compare(begins, FILE_MAGIC) === 0;
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}
