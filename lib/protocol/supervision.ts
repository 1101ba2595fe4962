// What becomes of an actor that fails: the settings a definition or a spawn may give.

/**
 * What follows when an actor fails.
 * - `restart`: it begins again with a fresh behaviour, under the same ref, with the messages that wait.
 * - `resume`: it goes on with its next message, as if nothing had happened.
 * - `stop`: it stops; its watchers learn the error.
 * - `escalate`: it stops and its parent fails with the same error.
 */
export type Directive = 'restart' | 'resume' | 'stop' | 'escalate';

/**
 * Whom a failing child takes along when it restarts, as in OTP: nobody, all its siblings, or those that were started
 * after it.
 */
export type Strategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/** How long an actor waits before it begins again: doubling with each restart within the period. */
export interface BackoffOptions {
  /** Milliseconds before the first restart, 0 or more; default 10. */
  firstMs?: number;
  /** The longest wait, in milliseconds; default 10,000. */
  maxMs?: number;
  /** The share of the wait that chance may take off, 0 to 1; default 0.2. */
  jitter?: number;
}

/** How an actor is supervised. */
export interface SupervisionOptions {
  /** Default `'restart'`. */
  onFailure?: Directive;
  /** At most so many restarts within the period, 0 or more; default 10. One more failure escalates. */
  restartsMax?: number;
  /** The period, in milliseconds; default 60,000. */
  withinMs?: number;
  backoff?: BackoffOptions;
}

/** As {@link SupervisionOptions}, in a definition, where the directive may depend on the error. */
export interface DefinitionSupervision extends Omit<SupervisionOptions, 'onFailure'> {
  onFailure?: Directive | ((error: Error) => Directive);
}
