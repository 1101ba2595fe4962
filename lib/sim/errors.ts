// What can go wrong with a simulation as a whole.
import { ThrumError } from '../protocol/errors.ts';

/** An invariant didn't hold, or an eventual property hadn't come true when the calm ended. */
export class PropertyError extends ThrumError {
  readonly property: string;

  constructor(property: string, message: string, options?: ErrorOptions) {
    super('ERR_THRUM_PROPERTY', message, options);
    this.property = property;
  }
}

/** The scenario waits for something that never comes. */
export class SimulationStalledError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_SIMULATION_STALLED', message);
  }
}

/** A simulation has failed: `cause` says why, the rest how to see it again. */
export class SimulationError extends ThrumError {
  readonly seed: number;
  /** When, in milliseconds of virtual time. */
  readonly atMs: number;

  constructor(message: string, seed: number, atMs: number, cause: unknown) {
    super('ERR_THRUM_SIMULATION', message, { cause });
    this.seed = seed;
    this.atMs = atMs;
  }
}
