// The handling of a logged message, while it lasts: such a handler is synchronous, so there is one at a time.

export const loggedTurn = {
  active: false,
  /** It was handled before: what it does to others isn't done again. */
  replaying: false,
  /** What its context says of time and chance, the same each time it is handled. */
  now: 0,
  chance: 0,
};

/** A number in [0, 1), the next of the message's own sequence (mulberry32, by Tommy Ettinger). */
export function nextChance(): number {
  loggedTurn.chance = (loggedTurn.chance + 0x6d2b79f5) | 0;
  let mixed = loggedTurn.chance;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Runs the handler of a logged message. */
export function inLoggedTurn<T>(replaying: boolean, now: number, seed: number, handle: () => T): T {
  loggedTurn.active = true;
  loggedTurn.replaying = replaying;
  loggedTurn.now = now;
  loggedTurn.chance = seed;
  try {
    return handle();
  } finally {
    loggedTurn.active = false;
    loggedTurn.replaying = false;
  }
}

/** The promise of something that isn't done again: it never settles. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
