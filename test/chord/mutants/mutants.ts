// Small wrong variants of the corrected protocol: each leaves out or changes one thing. What catches them shows that
// the checks can fail, and why the thing is there.
import { isBetween } from '../../../actors/chord/interval.ts';
import type { Peer } from '../../../actors/chord/messages.ts';
import { correctedRules } from '../../../actors/chord/ring/corrected.ts';
import type { Exchange, JoinOutcome, Place, Rules } from '../../../actors/chord/ring/exchange.ts';
import type { Member } from '../../../actors/chord/ring/member.ts';
import { adoptList } from '../../../actors/chord/successorList.ts';
import { mutated } from '../../../lib/index.ts';
import { original2001 } from './original2001.ts';

type ListRule = (self: Peer, successor: Peer, itsList: readonly Peer[], length: number) => readonly Peer[];

/** What a variant of stabilization may do otherwise. */
interface StabilizeVariant {
  adopt: ListRule;
  /** Whether a nearer node is adopted before it has answered. */
  asksNearer: boolean;
  /** Whether the nearer node must lie between. */
  checksNearer: boolean;
  looksForNearer: boolean;
  notifies: boolean;
  keepsDead: boolean;
  refreshes: boolean;
}

const asItShouldBe: StabilizeVariant = {
  adopt: adoptList,
  asksNearer: true,
  checksNearer: true,
  looksForNearer: true,
  notifies: true,
  keepsDead: false,
  refreshes: true,
};

function stabilizeWith(change: Partial<StabilizeVariant>): Rules['stabilize'] {
  const variant = { ...asItShouldBe, ...change };
  return function* stabilize(member: Member): Exchange<Peer | undefined> {
    const { self, length } = member;
    const dead: Peer[] = [];
    for (const successor of member.successors) {
      const answer = yield { ask: 'state', of: successor, copies: false };
      if (answer.kind !== 'state') {
        dead.push(successor);
        continue;
      }
      const isSame = successor.id === member.successor.id;
      if (variant.refreshes || !isSame) {
        const list = variant.adopt(self, successor, answer.successors, length);
        member.successors = variant.keepsDead ? [...dead, ...list].slice(0, length) : list;
      }
      const nearer = answer.predecessor;
      if (variant.looksForNearer && nearer !== undefined && nearer.id !== self.id) {
        if (!variant.checksNearer || isBetween(self.id, nearer.id, successor.id)) {
          if (!variant.asksNearer) {
            member.successors = adoptList(self, nearer, member.successors, length);
          } else {
            const itsAnswer = yield { ask: 'state', of: nearer, copies: false };
            if (itsAnswer.kind === 'state') {
              member.successors = variant.adopt(self, nearer, itsAnswer.successors, length);
            }
          }
        }
      }
      return variant.notifies ? member.successors[0] : undefined;
    }
    return undefined;
  };
}

function stabilizeMutant(change: Partial<StabilizeVariant>): Rules {
  return { ...correctedRules, stabilize: stabilizeWith(change) };
}

function* joinAnywhere(member: Member, { before }: Place): Exchange<JoinOutcome> {
  const answer = yield { ask: 'state', of: before, copies: true };
  if (answer.kind !== 'state') return 'retry';
  member.successors = answer.successors;
  member.predecessor = before;
  member.phase = 'member';
  return 'joined';
}

function* joinWithOneSuccessor(member: Member, place: Place): Exchange<JoinOutcome> {
  const outcome = yield* correctedRules.join(member, place);
  if (outcome === 'joined') member.successors = member.successors.slice(0, 1);
  return outcome;
}

// biome-ignore lint/correctness/useYield: a rule that asks nobody, which is the mistake
function* rectifyWithoutPing(member: Member, candidate: Peer): Exchange<void> {
  const { self, predecessor } = member;
  if (candidate.id === self.id) return;
  if (predecessor === undefined || isBetween(predecessor.id, candidate.id, self.id))
    member.predecessor = candidate;
}

/** By name: what is wrong with each, and its rules. */
export const mutants = {
  'original-2001': { what: 'the protocol as it was published in 2001', rules: original2001 },
  'nearer-node-not-asked': {
    what: 'a nearer node is adopted on the word of the successor',
    rules: stabilizeMutant({ asksNearer: false }),
  },
  'nearer-node-not-checked': {
    what: "the successor's predecessor is adopted wherever it lies",
    rules: stabilizeMutant({ checksNearer: false }),
  },
  'nearer-node-not-looked-for': {
    what: "the successor's predecessor is never looked at",
    rules: stabilizeMutant({ looksForNearer: false }),
  },
  'successor-not-notified': {
    what: 'the successor is not told of its predecessor',
    rules: stabilizeMutant({ notifies: false }),
  },
  'list-not-refreshed': {
    what: 'the list is kept as long as the first successor lives',
    rules: stabilizeMutant({ refreshes: false }),
  },
  'dead-entries-kept': {
    what: 'entries found dead stay in the list',
    rules: stabilizeMutant({ keepsDead: true }),
  },
  'successor-not-put-in-front': {
    what: 'the list of the successor is taken without the successor',
    rules: stabilizeMutant({ adopt: (_self, _successor, itsList) => itsList }),
  },
  'last-entry-not-dropped': {
    what: 'the list grows by an entry',
    rules: stabilizeMutant({
      adopt: (self, successor, itsList, length) => adoptList(self, successor, itsList, length + 1),
    }),
  },
  'predecessor-not-pinged': {
    what: 'rectify does not ask whether the old predecessor lives',
    rules: { ...correctedRules, rectify: rectifyWithoutPing },
  },
  'join-copies-one-successor': {
    what: 'a joining node takes one successor, not the list',
    rules: { ...correctedRules, join: joinWithOneSuccessor },
  },
  'join-place-not-checked': {
    what: 'a joining node takes the list of a node that its place is no longer behind',
    rules: { ...correctedRules, join: joinAnywhere },
  },
  'exchanges-overlap': {
    what: 'a node begins an exchange while it is in another one',
    rules: { ...correctedRules, runsOneAtATime: false },
  },
} as const satisfies Record<string, { what: string; rules: Rules }>;

export type MutantName = keyof typeof mutants;

/** For `simulation`: the mutants by the name of their switch. */
export const mutantDescriptions: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(mutants).map(([name, { what }]) => [`chord/${name}`, what]),
);

/** The rules of the mutant that is on in the simulation under way; else the corrected ones. */
export function activeRules(): Rules {
  // All are asked for, so that each is known to exist.
  const [active] = Object.entries(mutants).filter(([name]) => mutated(`chord/${name}`));
  return active?.[1].rules ?? correctedRules;
}

/** Whether it is the original's. That one promises less, and is held to what its authors stated. */
export function isOriginal(): boolean {
  return mutated('chord/original-2001');
}
