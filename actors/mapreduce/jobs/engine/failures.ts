// What follows from a failure: whether its task is tried again, and how, or the whole job fails.
import { JobFailedError } from '../../errors.ts';
import { JobCancelledError } from '../errors.ts';
import type { AttemptId, Ending, Outcome } from './messages.ts';
import type { TaskState } from './taskTable.ts';

/** A task that fails so often, at no record in particular, fails the job. */
const failuresMax = 4;

/** Notes a failure of a task; gives the error with which the job fails, if it does. */
export function noteFailure(
  task: TaskState,
  id: AttemptId,
  failure: Extract<Outcome, { kind: 'failed' }>,
  skippedMax: number,
): JobFailedError | undefined {
  const { at, message, stack, code } = failure;
  const cause = Object.assign(new Error(message), { ...(stack && { stack }), ...(code && { code }) });
  const what = `${id.phase} task ${id.task}`;
  if (failure.fatal) {
    const hint = code === 'ENOSPC' ? ': the disk is full' : '';
    return new JobFailedError(`${what} failed${hint}: ${message}`, { cause });
  }
  if (at === undefined) {
    if (++task.failures < failuresMax) return undefined;
    return new JobFailedError(`${what} failed ${failuresMax} times: ${message}`, { cause });
  }
  const times = (task.recordFailures.get(at) ?? 0) + 1;
  task.recordFailures.set(at, times);
  task.careful = skippedMax > 0;
  if (times < 2 || task.careful) return undefined;
  const where = describe({ at, message });
  return new JobFailedError(
    `${what} failed twice at ${where}. To skip such records, set skippedMax (--skip)`,
    {
      cause,
    },
  );
}

/** All threads have died, and the system starts no others. */
export function nobodyLeft(lastLoss: string): JobFailedError {
  return new JobFailedError(
    `no thread is left to work: each has died, and the host is given no tasks. The last one: ${lastLoss}`,
  );
}

/** More records were skipped than may be. */
export function tooManySkipped(
  skippedMax: number,
  last: { readonly at: string; readonly message: string },
): JobFailedError {
  return new JobFailedError(`more than ${skippedMax} records failed; the last one: ${describe(last)}`);
}

function describe({ at, message }: { readonly at: string; readonly message: string }): string {
  return `${at}: ${message}`;
}

/** What is said of a job that has ended so. */
export function endingOf(error: unknown): Ending {
  if (error instanceof JobCancelledError) return { kind: 'cancelled' };
  const { message } = error as Error;
  const cause = error instanceof JobFailedError ? (error.cause as NodeJS.ErrnoException | undefined) : error;
  if (!(cause instanceof Error)) return { kind: 'failed', message };
  const { code, stack } = cause as NodeJS.ErrnoException;
  return {
    ...{ kind: 'failed', message },
    cause: { message: cause.message, ...(code && { code }), ...(stack && { stack }) },
  };
}
