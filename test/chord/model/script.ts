// A ring driven step by step, without timers: what goes wrong can then be cut down to the few steps that it takes, and
// be read.

import type { ChordRef, Peer } from '../../../actors/chord/messages.ts';
import type { ChordOptions } from '../../../actors/chord/parameters.ts';
import type { Rules } from '../../../actors/chord/ring/exchange.ts';
import { type SimulatedHost, simulate } from '../../../lib/sim/index.ts';
import { liveSuccessor, mayFail, oneOrderedRing, orderedLists } from '../support/invariants.ts';
import { peerAt } from '../support/points.ts';
import { RingState } from '../support/ringState.ts';
import { SimulatedNode, useParts } from './definition.ts';

/** One injected event, or one timer's. */
export type Step =
  | { readonly do: 'join'; readonly node: string; readonly by: string }
  /** `at once`: the next step begins before this one is done. */
  | { readonly do: 'stabilize'; readonly node: string; readonly overlap?: 'at once' }
  | { readonly do: 'crash' | 'leave'; readonly node: string };

/** What came of a script: the steps that could be done, and what went wrong after the last of them. */
export interface Played {
  readonly steps: readonly Step[];
  readonly problem: string | undefined;
  /** What each member believes in the end: `id: successors / predecessor`. */
  readonly beliefs: readonly string[];
  /** The same in the beginning and after each step. */
  readonly history: readonly (readonly string[])[];
}

const r = 2;
const founders = ['20', '80', 'c0'];
const parameters: ChordOptions = {
  idBits: 8,
  successors: r,
  replicas: 1,
  stabilizeMs: { min: 0, max: 0 },
  fixesFingers: false,
  requestTimeoutMs: 20,
  joinAttempts: 1,
  backoffMs: 1,
  lingerMs: 5,
};

/**
 * Plays the steps that the fault model allows, until an invariant breaks.
 *
 * @param countsPrincipals whether there must be r + 1 principals, as the corrected protocol demands
 */
export async function play(script: readonly Step[], rules: Rules, countsPrincipals = false): Promise<Played> {
  const state = new RingState(r);
  useParts({ rules, detector: () => ({ isDead: ({ id }) => !state.nodes.has(id) }), observer: state });
  const done: Step[] = [];
  const history: string[][] = [];
  const options = {
    seed: 1,
    nodes: founders.length + script.length,
    network: { latency: 1 },
  };
  const { value } = await simulate(options, async (sim) => {
    const nodes = new Map<string, { ref: ChordRef; host: SimulatedHost }>();
    let free = 0;
    const start = async (id: string): Promise<ChordRef> => {
      const host = sim.hosts[free++]!;
      const ref = await host.spawn(SimulatedNode, { id, parameters });
      nodes.set(id, { ref, host });
      return ref;
    };
    const refs = await Promise.all(founders.map(start));
    const peers = founders.map((id, at) => ({ ...peerAt(id), ref: refs[at]! }));
    for (const [at, ref] of refs.entries()) {
      const peer = (steps: number): Peer => peers[(at + steps) % peers.length]!;
      await ref.ask.install({ successors: [peer(1), peer(2)], predecessor: peer(peers.length - 1) });
    }
    const wrong = (): string | undefined =>
      liveSuccessor(state) ?? oneOrderedRing(state) ?? orderedLists(state);
    history.push(beliefsOf(state));
    for (const step of script) {
      if (!canDo(step, state, countsPrincipals)) continue;
      done.push(step);
      if (step.do === 'join') {
        const ref = await start(step.node);
        await ref.ask.join({ gateway: nodes.get(step.by)!.ref }).catch(() => {});
      } else {
        const { ref, host } = nodes.get(step.node)!;
        if (step.do === 'stabilize') ref.tell.stabilize();
        if (step.do === 'leave') await ref.ask.leave();
        if (step.do === 'crash') {
          state.died(step.node);
          host.crash();
        }
      }
      await sim.sleep('overlap' in step ? 2.5 : 60);
      history.push(beliefsOf(state));
      const problem = wrong();
      if (problem !== undefined) return { problem, beliefs: beliefsOf(state) };
    }
    return { problem: undefined, beliefs: beliefsOf(state) };
  });
  return { steps: done, history, ...value };
}

function canDo(step: Step, state: RingState, countsPrincipals: boolean): boolean {
  if (step.do === 'join') return !state.nodes.has(step.node) && state.isLive(step.by);
  if (!state.isLive(step.node)) return false;
  return step.do === 'stabilize' || mayFail(state, step.node, countsPrincipals);
}

function beliefsOf(state: RingState): string[] {
  return state.members().map((id) => {
    const list = state.listOf(id).map((peer) => (state.isLive(peer.id) ? peer.id : `${peer.id} (dead)`));
    return `${id}: ${list.join(' ')} / ${state.nodes.get(id)?.predecessor?.id ?? '-'}`;
  });
}

/** A script of so many steps. `random` gives numbers in [0, 1). */
export function randomScript(length: number, random: () => number): Step[] {
  const known = [...founders];
  const pick = (): string => known[Math.floor(random() * known.length)]!;
  return Array.from({ length }, (): Step => {
    const what = random();
    if (what < 0.35) return { do: 'stabilize', node: pick() };
    if (what < 0.55) return { do: 'stabilize', node: pick(), overlap: 'at once' };
    if (what < 0.7) return { do: 'crash', node: pick() };
    if (what < 0.75) return { do: 'leave', node: pick() };
    const by = pick();
    const node = Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0');
    if (known.includes(node)) return { do: 'stabilize', node };
    known.push(node);
    return { do: 'join', node, by };
  });
}

/** Leaves out whatever can be left out so that something still goes wrong: no single step is dispensable. */
export async function shrinkScript(script: readonly Step[], rules: Rules): Promise<Played> {
  let best = await play(script, rules);
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; ) {
    let shorter = false;
    for (let at = 0; at < best.steps.length; ) {
      const rest = [...best.steps.slice(0, at), ...best.steps.slice(at + size)];
      const played = await play(rest, rules);
      if (played.problem !== undefined) {
        best = played;
        shorter = true;
      } else at += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shorter) break;
  }
  return best;
}
