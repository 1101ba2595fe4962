// From what a command line says to a job: one that comes with thrum, or one that a module exports.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Grep, InvertedIndex, isJob, type Job, Sort, UrlCount, WordCount } from '../../mapreduce/index.ts';

const shipped: Readonly<Record<string, unknown>> = {
  wordcount: WordCount,
  'inverted-index': InvertedIndex,
  grep: Grep,
  'url-count': UrlCount,
  sort: Sort,
};

/** A job that can't be had: wrong usage. */
export class JobChoiceError extends Error {}

/** Throws a `JobChoiceError`, or what importing the module throws. */
export async function loadJob(job: string, name: string | undefined): Promise<Job> {
  const own = Object.hasOwn(shipped, job) ? shipped[job] : undefined;
  const found = statSync(job, { throwIfNoEntry: false });
  // A directory of that name is more likely an output than a module.
  if (own !== undefined && (found === undefined || found.isDirectory())) return own as Job;
  if (found?.isDirectory()) throw new JobChoiceError(`${job} is a directory: name a module in it`);
  if (found === undefined) {
    const known = Object.keys(shipped).join(', ');
    throw new JobChoiceError(`there is no module ${job}, and no job of that name (${known})`);
  }
  const module = await importModule(job);
  const jobs = [...new Set(Object.values(module).filter(isJob))];
  const chosen = jobs.filter((candidate) => name === undefined || candidate.name === name);
  const names = jobs.map((candidate) => candidate.name).join(', ');
  if (jobs.length === 0) throw new JobChoiceError(`${job} exports no job: export what job(…) gives`);
  if (chosen.length === 0) throw new JobChoiceError(`${job} exports no job '${name}', but ${names}`);
  if (chosen.length > 1)
    throw new JobChoiceError(`${job} exports several jobs: choose one with --name: ${names}`);
  return chosen[0]!;
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw explained(path, error);
  }
}

/** What a mistake in the module, or in how it is run, is in words; all else is the module's own error. */
function explained(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return new JobChoiceError(
      `Node.js ${process.version} can't import ${path}: 22.18 and later take the types out; here, run it with NODE_OPTIONS='--import tsx'`,
    );
  }
  if (code === 'ERR_THRUM_DEFINITION_CONFLICT') {
    return new JobChoiceError(
      `${path} imports another copy of thrum than this command's: in its folder, npx thrum runs the one that belongs to it (${message})`,
    );
  }
  // Node.js keeps the place to itself, but for a module that it was started with.
  if (error instanceof SyntaxError)
    return new JobChoiceError(`${path}: ${message}; to see where: node ${path}`);
  return error;
}
