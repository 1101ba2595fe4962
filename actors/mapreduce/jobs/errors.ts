// Errors of jobs that anybody declares. `JobFailedError` is in ../errors.ts.
import { ThrumError } from '../../../lib/index.ts';

/** A job that can't be: its declaration, or where it is to be found, is wrong. */
export class JobDefinitionError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_JOB_DEFINITION', message);
  }
}

/** A job was cancelled; nothing of it is left. */
export class JobCancelledError extends ThrumError {
  constructor(name: string, options?: ErrorOptions) {
    super('ERR_THRUM_JOB_CANCELLED', `job '${name}' was cancelled`, options);
  }
}
