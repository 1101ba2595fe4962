// Every error a user of the ring and of its storage can meet, a class and a code each.
import { ThrumError } from '../../lib/index.ts';

/** A text isn't an identifier of the ring, or parameters ask for identifiers that can't be. */
export class InvalidIdentifierError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_CHORD_IDENTIFIER', message);
  }
}

/** Parameters that contradict each other, as a quorum larger than the number of copies. */
export class InvalidParametersError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_CHORD_PARAMETERS', message);
  }
}

/** A node was asked for something only a member of a ring can do. */
export class NotAMemberError extends ThrumError {
  constructor(id: string, what: string) {
    super(
      'ERR_THRUM_CHORD_NOT_A_MEMBER',
      `${what}: node ${short(id)} is no member of a ring; ask it to create() or join() one first, or ask another node`,
    );
  }
}

/** A node was told to create, join or be given a ring while it is in one. */
export class AlreadyAMemberError extends ThrumError {
  constructor(id: string) {
    super(
      'ERR_THRUM_CHORD_ALREADY_A_MEMBER',
      `node ${short(id)} is a member of a ring (or on its way into one): a node joins once in its life`,
    );
  }
}

/** A join gave up: the gateway was gone, or the place in the ring kept changing. Nothing was changed anywhere. */
export class JoinFailedError extends ThrumError {
  constructor(id: string, why: string) {
    super('ERR_THRUM_CHORD_JOIN_FAILED', `node ${short(id)} couldn't join: ${why}; join by another member`);
  }
}

/** Another member has that identifier. */
export class IdentifierTakenError extends ThrumError {
  constructor(id: string) {
    super(
      'ERR_THRUM_CHORD_IDENTIFIER_TAKEN',
      `another member has the identifier ${short(id)}: start this node under another name (after a crash, a node returns under a new one)`,
    );
  }
}

/** A lookup found no way to the key's node: too many nodes on the way are gone, or it went round in circles. */
export class LookupFailedError extends ThrumError {
  constructor(key: string, why: string) {
    super(
      'ERR_THRUM_CHORD_LOOKUP_FAILED',
      `no way to the node of ${short(key)}: ${why}; try again when the ring has had a few rounds of stabilization`,
    );
  }
}

/** Enough of an identifier to tell it from others in a log. */
function short(id: string): string {
  return id.length > 12 ? `${id.slice(0, 12)}…` : id;
}
