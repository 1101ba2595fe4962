// What must hold: always, after every event; or in the end, once nothing does harm any more.
import { InvalidOptionError } from '../protocol/errors.ts';
import { asText, isReadableError } from '../wire/errorCodec.ts';
import { PropertyError } from './errors.ts';

/** Looks at the state of things, at once; `false` or an error: the property doesn't hold. A promise is refused. */
export type Check = () => unknown;

interface Property {
  readonly name: string;
  readonly check: Check;
}

export class Properties {
  private readonly invariants: Property[] = [];
  private readonly goals: Property[] = [];

  always(name: string, check: Check): void {
    this.invariants.push({ name, check });
  }

  eventually(name: string, check: Check): void {
    this.goals.push({ name, check });
  }

  get hasInvariants(): boolean {
    return this.invariants.length > 0;
  }

  get hasGoals(): boolean {
    return this.goals.length > 0;
  }

  /** @throws `PropertyError` for the first invariant that doesn't hold */
  checkInvariants(): void {
    for (const { name, check } of this.invariants) {
      const problem = problemOf(name, check);
      if (problem !== undefined) throw broken(`'${name}' doesn't hold`, name, false, problem);
    }
  }

  /** Whether all eventual properties hold now. */
  get reached(): boolean {
    return this.goals.every(({ name, check }) => problemOf(name, check) === undefined);
  }

  /** @throws `PropertyError` for the first eventual property that doesn't hold */
  demandGoals(afterMs: number): void {
    for (const { name, check } of this.goals) {
      const problem = problemOf(name, check);
      if (problem === undefined) continue;
      throw broken(`'${name}' hasn't come true in ${afterMs} ms without faults`, name, true, problem);
    }
  }
}

/** Why a check fails; `undefined` when it doesn't. @throws `InvalidOptionError` when it isn't one that can be done at once */
function problemOf(name: string, check: Check): { readonly cause: unknown } | undefined {
  let found: unknown;
  try {
    found = check();
  } catch (error) {
    return { cause: error };
  }
  if (found instanceof Promise) {
    // It would count as true, whatever becomes of it.
    found.catch(() => {});
    throw new InvalidOptionError(
      `the check '${name}' returned a promise: a check looks at things as they are, without waiting (sim.peek(ref)); what has to be asked for, the scenario asks for`,
    );
  }
  return found === false ? { cause: undefined } : undefined;
}

function broken(
  message: string,
  name: string,
  eventual: boolean,
  { cause }: { readonly cause: unknown },
): PropertyError {
  if (cause === undefined) return new PropertyError(name, eventual, message);
  const why = isReadableError(cause) ? cause.message : asText(cause);
  return new PropertyError(name, eventual, `${message}: ${why}`, { cause });
}
