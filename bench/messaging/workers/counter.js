// What the call libraries (Comlink, Piscina, workerpool, threads.js) call in their worker.
import { payloadWeight, weight } from '../messages.js';

let sum = 0;

export function add(message) {
  sum += weight(message);
}

export function addPayload(data) {
  sum += payloadWeight(data);
}

export function weigh(message) {
  return weight(message);
}

/** The sum since the last `take`. */
export function take() {
  const taken = sum;
  sum = 0;
  return taken;
}
