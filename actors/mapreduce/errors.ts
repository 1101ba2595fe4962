// Errors of jobs.
import { ThrumError } from '../../lib/index.ts';

/** A job couldn't be finished; `cause` is what happened first. Nothing of it was output. */
export class JobFailedError extends ThrumError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_THRUM_JOB_FAILED', message, options);
  }
}
