// Signed values: Ed25519 over the sequence number and the value.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** A value and what proves whose it is. */
export interface SignedValue {
  value: Uint8Array;
  /** Counts the owner's writes: of two values the one with the higher number is newer. */
  sequence: number;
  /** Ed25519, DER, SPKI. */
  publicKey: Uint8Array;
  signature: Uint8Array;
}

/**
 * Signs a value for `putSigned`.
 *
 * @param privateKey an Ed25519 key: a `KeyObject`, or PEM
 * @param sequence higher than that of the value before, from 0 on
 */
export function signValue(privateKey: KeyObject | string, value: Uint8Array, sequence: number): SignedValue {
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
  const publicKey = createPublicKey(key as never).export({ format: 'der', type: 'spki' });
  const signature = sign(null, signedBytes(value, sequence), key);
  return { value, sequence, publicKey: new Uint8Array(publicKey), signature: new Uint8Array(signature) };
}

/** Whether the signature is that key's, of that value and sequence number. False, too, for a key that is none. */
export function isSignedBy({ value, sequence, publicKey, signature }: SignedValue): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return verify(null, signedBytes(value, sequence), key, signature);
  } catch {
    return false;
  }
}

function signedBytes(value: Uint8Array, sequence: number): Buffer {
  return Buffer.concat([Buffer.from(`thrum/chord ${sequence}\n`), value]);
}
