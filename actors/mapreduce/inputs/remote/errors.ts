// In which ways something can't be had from a server.
import { InputError } from '../problem.ts';

export type RemoteReason =
  | 'address'
  | 'not-found'
  | 'forbidden'
  | 'changed'
  | 'refused'
  | 'busy'
  | 'unreachable';

/** An input that a server doesn't give. `reason` is for programs, the message for people. */
export class RemoteInputError extends InputError {
  readonly reason: RemoteReason;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(reason: RemoteReason, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.status = options.status;
  }
}

/** Something that may be otherwise in a moment: worth another try, `afterMs` from now where the server has said so. */
export class PassingError extends Error {
  readonly failure: RemoteInputError;
  readonly afterMs: number | undefined;

  constructor(failure: RemoteInputError, afterMs?: number) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.afterMs = afterMs;
  }
}
