// How long a frame is under way, as data that can be written down, and as a function that draws from it.
import { InvalidOptionError } from '../protocol/errors.ts';
import type { Chance } from './chance.ts';

/**
 * A distribution of delays in milliseconds. A number is a constant delay.
 * - `uniform`: all alike from `minMs` to `maxMs`.
 * - `exponential`: `minMs` (default 0) and on top an exponential delay of mean `meanMs`.
 * - `logNormal`: `minMs` (default 0) and on top a log-normal delay: half of them above `medianMs`, with `sigma` the
 *   standard deviation of the logarithm (0.5: one in a hundred takes 3.2 times as long as the median; 1: ten times).
 */
export type Latency =
  | number
  | { readonly type: 'constant'; readonly ms: number }
  | { readonly type: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly type: 'exponential'; readonly meanMs: number; readonly minMs?: number }
  | {
      readonly type: 'logNormal';
      readonly medianMs: number;
      readonly sigma: number;
      readonly minMs?: number;
    };

/** Draws a delay in milliseconds. */
export type Draw = (chance: Chance) => number;

/**
 * The function that draws from `latency`.
 *
 * @throws `InvalidOptionError` for what is no distribution of delays
 */
export function drawOf(latency: Latency, what = 'network.latency'): Draw {
  if (typeof latency === 'number') return constant(latency, what);
  switch (latency.type) {
    case 'constant':
      return constant(latency.ms, `${what}.ms`);
    case 'uniform': {
      const minMs = delay(latency.minMs, `${what}.minMs`);
      const spanMs = delay(latency.maxMs, `${what}.maxMs`) - minMs;
      if (spanMs < 0) throw new InvalidOptionError(`${what}.maxMs must be ${minMs} (minMs) or more`);
      return (chance) => minMs + spanMs * chance.random();
    }
    case 'exponential': {
      const minMs = delay(latency.minMs ?? 0, `${what}.minMs`);
      const meanMs = delay(latency.meanMs, `${what}.meanMs`);
      return (chance) => minMs + chance.exponential(meanMs);
    }
    case 'logNormal': {
      const minMs = delay(latency.minMs ?? 0, `${what}.minMs`);
      const medianMs = delay(latency.medianMs, `${what}.medianMs`);
      const sigma = delay(latency.sigma, `${what}.sigma`);
      return (chance) => minMs + chance.logNormal(medianMs, sigma);
    }
    default:
      throw new InvalidOptionError(
        `${what} must be a number of milliseconds or { type: 'constant' | 'uniform' | 'exponential' | 'logNormal', … }, not ${JSON.stringify(latency)}`,
      );
  }
}

function constant(ms: number, what: string): Draw {
  const value = delay(ms, what);
  return () => value;
}

function delay(ms: number, what: string): number {
  if (!(ms >= 0 && Number.isFinite(ms))) {
    throw new InvalidOptionError(`${what} must be 0 or more and finite, not ${ms}`);
  }
  return ms;
}
