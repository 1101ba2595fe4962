// What the coordinator of every benchmark is told.
import * as z from 'zod';

/** `nodes`: where actors go, in turn. The other numbers are the benchmark's own. */
export const configSchema = z.object({
  nodes: z.array(z.number()),
  size: z.record(z.string(), z.number()),
});

/** The node of the `i`th actor. */
export function place(nodes, i) {
  return { on: nodes[i % nodes.length] };
}

/** A promise and its `resolve`, for a coordinator that answers when its actors have. */
export function completion() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Savina's pseudo-random numbers, so that both languages draw the same ones. */
export function randomSequence(seed) {
  let value = seed;
  return (below) => {
    value = (value * 1309 + 13_849) & 65_535;
    return value % below;
  };
}

/**
 * Tells, and where the target pushes back sends: without waiting here, but in order, as later ones are refused until
 * it is there. For what must arrive and comes in a number that is known.
 */
export function surely(ref, message, value) {
  if (!ref.tell[message](value)) ref.send[message](value);
}
