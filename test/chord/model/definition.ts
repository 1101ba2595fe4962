// The node that simulations run: the real one, with rules, failure detector and observer of the run that is under way.
// One run at a time: tests that simulate are serial.
// A definition is made once for a thread, so that the parts are looked up when a node begins.
import { chordNode, type NodeParts } from '../../../actors/chord/node.ts';

let current: NodeParts = {};

/** What nodes that begin from now on are made of. */
export function useParts(parts: NodeParts): void {
  current = parts;
}

/** A node made of the parts given last. */
export const SimulatedNode = chordNode('test/chord/SimulatedNode', {
  get rules() {
    return current.rules!;
  },
  get detector() {
    return current.detector!;
  },
  get observer() {
    return current.observer!;
  },
});
