// thrum/test: what tests of actors need, and nothing else.
export { ExpectationError } from './expectation.ts';
export type { ManualClock } from './manualClock.ts';
export type { Pattern } from './matching.ts';
export type { TestSystemOptions } from './options.ts';
export { ClockStandsStillError } from './patience.ts';
export type { Probe } from './probe.ts';
export type { AskName, ExpectOptions, MessageName, Received } from './probeTypes.ts';
export type { EventOf, RecordedEvents } from './recordedEvents.ts';
export { createTestSystem, type TestSystem } from './testSystem.ts';
export { type Trouble, UnexpectedEventsError } from './verdict.ts';
