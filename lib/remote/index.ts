// `thrum/remote`: what a context that isn't part of a system needs to use a ref of it. Runs in browsers.
export {
  ActorRestartedError,
  ActorStoppedError,
  AskTimeoutError,
  type ErrorClass,
  InvalidMessageError,
  InvalidOptionError,
  InvalidReplyError,
  type Issue,
  MailboxFullError,
  NodeDownError,
  RemoteCallLimitError,
  RemoteClosedError,
  RemoteError,
  SystemClosedError,
  ThrumError,
  UncloneableValueError,
} from '../protocol/errors.ts';
export type { RemoteEndpoint } from './endpoint.ts';
export { type RemoteCallOptions, type RemoteRef, type RemoteRefOptions, remoteRef } from './remoteRef.ts';
