// What can go wrong with values.
import { ThrumError } from '../../../lib/index.ts';

/** A value is larger than the ring takes. */
export class ValueTooLargeError extends ThrumError {
  constructor(bytes: number, most: number) {
    super(
      'ERR_THRUM_CHORD_VALUE_TOO_LARGE',
      `a value of ${bytes} bytes: this ring takes at most ${most}; raise valueBytesMax, or store it in parts`,
    );
  }
}

/** A key is empty or longer than the ring takes. */
export class InvalidKeyError extends ThrumError {
  constructor(bytes: number, most: number) {
    super(
      'ERR_THRUM_CHORD_KEY',
      `a key of ${bytes} bytes of UTF-8: keys have 1 to ${most} here (keyBytesMax)`,
    );
  }
}

/** Nothing is stored under the key: it never was, was deleted, or has outlived its time. */
export class UnknownKeyError extends ThrumError {
  constructor(key: string) {
    super('ERR_THRUM_CHORD_UNKNOWN_KEY', `nothing is stored under '${key.slice(0, 80)}'`);
  }
}

/** The ring has fewer nodes than a value is to have copies. */
export class RingTooSmallError extends ThrumError {
  constructor(found: number, needed: number) {
    super(
      'ERR_THRUM_CHORD_RING_TOO_SMALL',
      `the key's place has ${found} nodes of the ${needed} that are needed: let more nodes join, or lower replicas`,
    );
  }
}

/** Too few of the nodes that hold a key answered, in all attempts. A write may have happened or not. */
export class QuorumError extends ThrumError {
  constructor(what: string, answered: number, needed: number) {
    super(
      'ERR_THRUM_CHORD_QUORUM',
      `${what}: ${answered} of the ${needed} copies needed; try again when the ring has had a few rounds of stabilization`,
    );
  }
}

/** A signature doesn't fit value, sequence number and public key. */
export class InvalidSignatureError extends ThrumError {
  constructor(id: string) {
    super(
      'ERR_THRUM_CHORD_SIGNATURE',
      `the signature of the value under ${id.slice(0, 12)} is not that of its public key: sign value and sequence with signValue()`,
    );
  }
}

/** A signed value with that sequence number, or a later one, is there already. */
export class StaleSequenceError extends ThrumError {
  constructor(sequence: number, newest: number) {
    super(
      'ERR_THRUM_CHORD_STALE_SEQUENCE',
      `sequence ${sequence}: there is a value with ${newest} already; sign with a higher one`,
    );
  }
}

/** What a node gave or was given isn't what its hash says. */
export class CorruptValueError extends ThrumError {
  constructor(id: string, why: string) {
    super('ERR_THRUM_CHORD_CORRUPT_VALUE', `the value under ${id.slice(0, 12)}: ${why}`);
  }
}
