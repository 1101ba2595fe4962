// Chord's suites as simulations: `thrum sim dist/test/chord/simulations.js --list`. What each run returns are counts.
import { type SimulationDefinition, simulation } from '../../lib/sim/index.ts';
import { hostileOptions, hostileScenario } from './hostile/hostile.ts';
import { modelOptions, modelScenario } from './model/model.ts';
import { mutantDescriptions } from './mutants/mutants.ts';
import { churnOptions, churnScenario, stableOptions, stableScenario } from './store/runs.ts';
import type { Counts } from './support/counts.ts';

const two = { r: 2, ringMax: 16 };
const three = { r: 3, ringMax: 16 };
const twenty = { r: 20, ringMax: 64 };
const mutants = mutantDescriptions;

export const modelTwo = simulation('chord/model-r2', { ...modelOptions(two), mutants }, modelScenario(two));
export const modelThree = simulation(
  'chord/model-r3',
  { ...modelOptions(three), mutants },
  modelScenario(three),
);
export const modelTwenty = simulation(
  'chord/model-r20',
  { ...modelOptions(twenty), mutants },
  modelScenario(twenty),
);
export const hostile = simulation('chord/hostile', hostileOptions, hostileScenario({ merges: false }));
export const merge = simulation('chord/merge', hostileOptions, hostileScenario({ merges: true }));
export const stable = simulation(
  'chord/stable',
  {
    ...stableOptions,
    mutants: {
      'chord/read-not-written-back': 'a read returns what fewer than a write quorum may have',
      'chord/write-to-one': 'a write is acknowledged when one node has it',
    },
  },
  stableScenario,
);
export const churn = simulation(
  'chord/churn',
  { ...churnOptions, mutants: { 'chord/nothing-repaired': 'copies that are lost are not made again' } },
  churnScenario,
);

export const simulations: readonly SimulationDefinition<Counts>[] = [
  modelTwo,
  modelThree,
  modelTwenty,
  hostile,
  merge,
  stable,
  churn,
];
