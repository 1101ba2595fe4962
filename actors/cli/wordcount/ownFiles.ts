// Files that the command writes itself, and would find where its output lies in what it reads: an earlier output, what was
// left of a run that was killed, and the journal. They are nothing to count; and since each run finds others, a count
// that reads them could never be resumed.
import { realpathSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import type { InputFile } from '../../mapreduce/inputs/index.ts';
import type { WordCountRequest } from './request.ts';

const halfWritten = /(^|[\\/])\.thrum-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp([\\/]|$)/;

/** `files` without the command's own. One that was named by itself stays, to be counted and then replaced. */
export function withoutOwn(
  files: readonly InputFile[],
  { paths, outputPath, skippedPath, resumeDirectory }: WordCountRequest,
): readonly InputFile[] {
  const outputs = [outputPath, skippedPath].filter((path) => path !== undefined).map(realOf);
  if (outputs.length === 0 && resumeDirectory === undefined) return files;
  const journal = resumeDirectory === undefined ? undefined : realOf(resumeDirectory);
  const names = new Set(outputs.map((path) => basename(path)));
  const isOwn = ({ path, remote }: InputFile): boolean => {
    if (remote !== undefined || paths.includes(path)) return false;
    if (halfWritten.test(path)) return true;
    if (names.has(basename(path)) && outputs.includes(realOf(path))) return true;
    return (
      journal !== undefined && path.includes(basename(journal)) && realOf(path).startsWith(journal + sep)
    );
  };
  return files.filter((file) => !isOwn(file));
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}
