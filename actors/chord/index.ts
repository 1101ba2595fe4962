// thrum/chord: a Chord ring with the corrected protocol, and a replicated store on it.
export {
  AlreadyAMemberError,
  IdentifierTakenError,
  InvalidIdentifierError,
  InvalidParametersError,
  JoinFailedError,
  LookupFailedError,
  NotAMemberError,
} from './errors.ts';
export {
  type HashName,
  type Identifier,
  type IdentifierSpace,
  identifierOf,
  parseIdentifier,
} from './identifier.ts';
export { type JoinRingOptions, joinRing, type Spawner } from './joinRing.ts';
export {
  ChordProtocol,
  type ChordRef,
  type LookupResult,
  type NodeView,
  type Peer,
} from './messages.ts';
export { ChordNode, chordNode, type NodeParts } from './node.ts';
export type { ChordOptions, ChordParameters } from './parameters.ts';
export { type FailureDetector, timeoutDetector } from './ring/detector.ts';
export {
  CorruptValueError,
  InvalidKeyError,
  InvalidSignatureError,
  QuorumError,
  RingTooSmallError,
  StaleSequenceError,
  UnknownKeyError,
  ValueTooLargeError,
} from './storage/errors.ts';
export { type SignedValue, signValue } from './storage/signing.ts';
