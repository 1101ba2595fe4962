// What can go wrong with a simulation as a whole.
import { ThrumError } from '../protocol/errors.ts';
import type { FailureTrace } from './trace.ts';

/** An invariant didn't hold, or an eventual property hadn't come true when the calm ended. */
export class PropertyError extends ThrumError {
  readonly property: string;
  /** It had to come true in the end. */
  readonly eventual: boolean;

  constructor(property: string, eventual: boolean, message: string, options?: ErrorOptions) {
    super('ERR_THRUM_PROPERTY', message, options);
    this.property = property;
    this.eventual = eventual;
  }
}

/** The scenario waits for something that never comes. */
export class SimulationStalledError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_SIMULATION_STALLED', message);
  }
}

/** Something that ran in a simulation left a rejected promise behind that nobody handled: `cause` is what it was rejected with. */
export class UnhandledRejectionError extends ThrumError {
  constructor(message: string, cause: unknown) {
    super('ERR_THRUM_UNHANDLED_REJECTION', message, { cause });
  }
}

/** A simulation has failed: `cause` says why, the rest how to see it again. */
export class SimulationError extends ThrumError {
  readonly seed: number;
  /** When, in milliseconds of virtual time. */
  readonly atMs: number;
  /** What was done to the run, to be done again: pass its `schedule` to `simulate`. */
  readonly trace: FailureTrace;

  constructor(message: string, trace: FailureTrace, cause: unknown) {
    super('ERR_THRUM_SIMULATION', message, { cause });
    this.seed = trace.seed;
    this.atMs = trace.failure.atMs;
    this.trace = trace;
  }
}
