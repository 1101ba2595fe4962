// The public surface: everything an app or an algorithm may use, and nothing else.

export type { AskLatency } from './node/latency.ts';
export { type ActorOptions, actor, type Definition } from './protocol/actor.ts';
export { bytes, move, sharedBytes } from './protocol/bytes.ts';
export type {
  Context,
  Log,
  NamedSpawnOptions,
  Overflow,
  Placement,
  SpawnArguments,
  SpawnOptions,
  StopOptions,
} from './protocol/context.ts';
export {
  ActorRestartedError,
  ActorStoppedError,
  AskTimeoutError,
  CanaryFailedError,
  CorruptMessageError,
  DefinitionConflictError,
  DefinitionNotFoundError,
  type ErrorClass,
  HandlerMismatchError,
  HeapLimitError,
  InvalidMessageError,
  InvalidOptionError,
  InvalidReplyError,
  InvalidResultError,
  type Issue,
  MailboxFullError,
  MessageLimitError,
  NameTakenError,
  NodeDownError,
  NodeStartError,
  NodeUnresponsiveError,
  NotEnoughRepliesError,
  RemoteCallLimitError,
  RemoteClosedError,
  RemoteError,
  ResourceOpenError,
  ResourceUnavailableError,
  RestartLimitError,
  SelfAskError,
  StashFullError,
  StoreError,
  type StoreErrorKind,
  SystemClosedError,
  TaskQueueFullError,
  TaskThreadError,
  TaskTimeoutError,
  ThrumError,
  UncloneableValueError,
  UnsupportedSchemaError,
} from './protocol/errors.ts';
export type {
  CloseReport,
  DeadLetterReason,
  EventListener,
  LogLevel,
  StopReason,
  SystemEvent,
} from './protocol/events.ts';
export type { Group } from './protocol/group.ts';
export type { ActorInspection, ActorState, ActorSummary } from './protocol/inspection.ts';
export {
  type Ask,
  type AskDeclaration,
  ask,
  type Handlers,
  type Protocol,
  type Tell,
  tell,
} from './protocol/message.ts';
export { mutated } from './protocol/mutants.ts';
export type { PersistOptions, Recovery } from './protocol/persist.ts';
export {
  type Address,
  type AskMethods,
  type AskOptions,
  type NodeId,
  type ProtocolOf,
  type Ref,
  type RefSchema,
  refOf,
  type SendMethods,
  type TellMethods,
} from './protocol/ref.ts';
export {
  type Resource,
  type ResourceContext,
  type ResourceOptions,
  type ResourceReplacement,
  resource,
} from './protocol/resource.ts';
export type { KeyRange, Store, StoreBatch, StoredEntry, StoreLog } from './protocol/store.ts';
export type {
  BackoffOptions,
  DefinitionSupervision,
  Directive,
  Strategy,
  SupervisionOptions,
} from './protocol/supervision.ts';
export {
  type RunArguments,
  type RunOptions,
  type Task,
  type TaskContext,
  type TaskDeclaration,
  task,
} from './protocol/task.ts';
export type { RemoteEndpoint } from './remote/endpoint.ts';
export { type ExposeOptions, type Exposure, exposeRef } from './remote/exposeRef.ts';
export type { Gathered, GatherOptions } from './routing/gathering.ts';
export { hashOf, type Key, slotOf } from './routing/hash.ts';
export type {
  ByKey,
  HedgeOptions,
  MessageOf,
  PoolOfOptions,
  PoolOptions,
  ProbationOptions,
  Route,
  TieOptions,
} from './routing/options.ts';
export {
  type BroadcastMethods,
  type GatherMethods,
  type Pool,
  type PoolHome,
  type PoolOf,
  type PoolStats,
  pool,
  type Recipient,
} from './routing/pool.ts';
export { poolOf } from './routing/poolOf.ts';
export type { StoreOptions } from './store/options.ts';
export type { ChannelMessage } from './system/channels.ts';
export { type CloseOnSignalOptions, closeOnSignal } from './system/closeOnSignal.ts';
export type { CloseOptions } from './system/closing.ts';
export { createSystem } from './system/createSystem.ts';
export type { ActorList, InspectOptions, ListOptions } from './system/inspection.ts';
export type { LogEntry, Logger, LogOption } from './system/logSink.ts';
export type { NodeMetrics, SystemMetrics } from './system/metrics.ts';
export type { SystemOptions } from './system/options.ts';
export type {
  HeapOptions,
  SafetyOptions,
  ThreadReplacementOptions,
  UnresponsiveOptions,
} from './system/safety.ts';
export type { System, SystemEvents } from './system/system.ts';
export type { TaskOptions } from './system/threadBudget.ts';
export { startNode } from './threads/startNode.ts';
export type { NodeWorkerOptions } from './threads/workerThread.ts';
