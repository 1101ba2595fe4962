// What the outcome of a simulation means for the exit code, where a mutant may be on.
import { type CommandIo, say } from '../io.ts';
import { UsageError } from './load.ts';

/** A mutant that isn't found is what fails. */
export function verdict(failed: boolean, mutant: string | undefined, io: CommandIo): 0 | 1 {
  if (mutant === undefined) return failed ? 1 : 0;
  say(io, failed ? `mutant '${mutant}' is found` : `mutant '${mutant}' isn't found: no check sees it`);
  return failed ? 0 : 1;
}

export function unknownMutant(mutant: string): UsageError {
  return new UsageError(
    `no code has asked for the mutant '${mutant}': a production build has none (build with tsc alone)`,
  );
}
