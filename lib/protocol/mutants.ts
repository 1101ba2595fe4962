// Named mutants: small wrong variants of an algorithm, to show that its checks find what they are there for. The switch
// is off unless a simulation turns one on; a production build has `false` in place of each call (scripts/dropMutants.mjs).

/** Which mutants are on. */
export interface MutantSwitch {
  /** The mutants that are on. */
  readonly on: ReadonlySet<string>;
  /** Those that somebody has asked about. */
  readonly asked: Set<string>;
}

const key = Symbol.for('thrum.mutants.1');
const holder = globalThis as { [key]?: MutantSwitch | undefined };

/**
 * Whether the mutant of that name is on: `if (mutated('chord/no-ping')) …`. Always false outside of a simulation that
 * was asked for it. The name is a literal, so that a production build can drop the call.
 */
export function mutated(name: string): boolean {
  const present = holder[key];
  if (present === undefined) return false;
  present.asked.add(name);
  return present.on.has(name);
}

/** A switch with this mutant on, and no other. */
export function switchFor(name: string): MutantSwitch {
  return { on: new Set([name]), asked: new Set() };
}

/** From now on this switch counts; `undefined`: no mutant is on. */
export function useSwitch(present: MutantSwitch | undefined): void {
  holder[key] = present;
}
