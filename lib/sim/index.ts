// The public surface of thrum/sim.
export { Chance } from './chance.ts';
export type { ClockOptions } from './cluster.ts';
export { PropertyError, SimulationError, SimulationStalledError } from './errors.ts';
export { NondeterminismError } from './guards.ts';
export type { Boot, SimulatedHost } from './host.ts';
export type { Latency } from './latency.ts';
export type { LinkOptions, LinkRule, NetworkCounts, NetworkOptions } from './network.ts';
export type { Check } from './properties.ts';
export { type Scenario, type SimulateOptions, type SimulationResult, simulate } from './simulate.ts';
export type { Simulation } from './simulation.ts';
