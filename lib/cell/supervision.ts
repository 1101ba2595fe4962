// Decides what becomes of an actor that fails: the directive, whether it may restart once more, and after how long.
import { InvalidOptionError } from '../protocol/errors.ts';
import type { DefinitionSupervision, Directive, SupervisionOptions } from '../protocol/supervision.ts';
import { asError } from './asError.ts';
import { waitAfter } from './backoff.ts';

/** {@link SupervisionOptions}, complete and checked. */
export interface Supervision extends Backoff {
  readonly onFailure: Directive | ((error: Error) => Directive);
}

/** How often and how soon an actor may begin again. */
export interface Backoff {
  readonly restartsMax: number;
  readonly withinMs: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly jitter: number;
}

const directives: ReadonlySet<unknown> = new Set(['restart', 'resume', 'stop', 'escalate']);

/**
 * The settings of an actor: what its spawn says, else what its definition says, else the defaults.
 *
 * @throws `InvalidOptionError`
 */
export function supervisionOf(
  definition: DefinitionSupervision | undefined,
  spawn: SupervisionOptions | undefined,
): Supervision {
  if (typeof spawn?.onFailure === 'function') {
    throw new InvalidOptionError(
      'supervision.onFailure of a spawn must be a directive, since it may travel to another thread: give the function to the definition',
    );
  }
  const settings: Supervision = {
    onFailure: spawn?.onFailure ?? definition?.onFailure ?? 'restart',
    restartsMax: spawn?.restartsMax ?? definition?.restartsMax ?? 10,
    withinMs: spawn?.withinMs ?? definition?.withinMs ?? 60_000,
    firstMs: spawn?.backoff?.firstMs ?? definition?.backoff?.firstMs ?? 10,
    maxMs: spawn?.backoff?.maxMs ?? definition?.backoff?.maxMs ?? 10_000,
    jitter: spawn?.backoff?.jitter ?? definition?.backoff?.jitter ?? 0.2,
  };
  if (typeof settings.onFailure !== 'function') checkDirective(settings.onFailure);
  check(settings.restartsMax >= 0, 'restartsMax', '0 or more', settings.restartsMax);
  check(settings.withinMs > 0, 'withinMs', 'above 0', settings.withinMs);
  check(
    settings.firstMs >= 0 && settings.firstMs < 2 ** 31,
    'backoff.firstMs',
    '0 to 2^31 ms',
    settings.firstMs,
  );
  check(settings.maxMs >= 0 && settings.maxMs < 2 ** 31, 'backoff.maxMs', '0 to 2^31 ms', settings.maxMs);
  check(settings.jitter >= 0 && settings.jitter <= 1, 'backoff.jitter', 'from 0 to 1', settings.jitter);
  return settings;
}

function check(good: boolean, name: string, range: string, value: unknown): void {
  if (!good) throw new InvalidOptionError(`supervision.${name} must be ${range}, not ${value}`);
}

function checkDirective(directive: unknown): void {
  if (directives.has(directive)) return;
  throw new InvalidOptionError(
    `supervision.onFailure must be 'restart', 'resume', 'stop' or 'escalate', not ${String(directive)}`,
  );
}

/** What the settings say about `error`. Where the definition's function fails itself, the actor stops. */
export function directiveFor(
  { onFailure }: Supervision,
  error: Error,
  report: (failure: Error) => void,
): Directive {
  if (typeof onFailure !== 'function') return onFailure;
  try {
    const directive = onFailure(error);
    checkDirective(directive);
    return directive;
  } catch (failure) {
    report(asError(failure));
    return 'stop';
  }
}

/** When an actor was restarted lately. */
export class RestartHistory {
  private times: number[] = [];

  /**
   * Milliseconds to wait before a restart that is wanted at `now`; `undefined` when there were too many. `chance` is
   * in [0, 1).
   */
  next(settings: Backoff, now: number, chance: () => number): number | undefined {
    this.times = this.times.filter((time) => now - time < settings.withinMs);
    if (this.times.length >= settings.restartsMax) return undefined;
    const waitMs = waitAfter(this.times.length, settings, chance());
    this.times.push(now);
    // An actor that is restarted without a limit must not remember for ever.
    if (settings.restartsMax === Number.POSITIVE_INFINITY && this.times.length > rememberedMax) {
      this.times.shift();
    }
    return waitMs;
  }
}

/** After so many the wait has reached the longest one there can be. */
const rememberedMax = 32;
