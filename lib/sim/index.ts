// The public surface of thrum/sim.
export { Chance } from './chance.ts';
export { LastEvents, mermaidChart, svgChart } from './chart.ts';
export type { ClockOptions } from './cluster.ts';
export {
  isSimulation,
  type SimulationDefinition,
  type SimulationOptions,
  simulation,
} from './definition.ts';
export type { DiskOptions } from './disk.ts';
export {
  PropertyError,
  SimulationError,
  SimulationStalledError,
  UnhandledRejectionError,
} from './errors.ts';
export { type LoggedEvent, logLine } from './eventLog.ts';
export type { FaultCounts, FaultOptions, FaultRate } from './faults.ts';
export { NondeterminismError } from './guards.ts';
export { History, type OpenOperation, type Operation } from './history.ts';
export type { Boot, SimulatedHost } from './host.ts';
export type { Latency } from './latency.ts';
export {
  type CheckOptions,
  checkLinearizable,
  type Model,
  type RegisterInput,
  registers,
  type Verdict,
} from './linearizability.ts';
export type { LinkOptions, LinkRule, NetworkCounts, NetworkOptions } from './network.ts';
export { type ObservedRun, observedRun } from './observedRun.ts';
export type { SimulateOptions } from './options.ts';
export type { Check } from './properties.ts';
export type { Scenario, SimulationResult } from './run.ts';
export { describeInjection, type Injection, type Schedule, type Tick } from './schedule.ts';
export { type ShrinkOptions, type Shrunk, shrink } from './shrink.ts';
export { simulate } from './simulate.ts';
export type { Simulation } from './simulation.ts';
export { type FailureKind, type FailureTrace, parseTrace } from './trace.ts';
