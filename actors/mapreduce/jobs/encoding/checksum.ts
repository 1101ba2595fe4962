// A checksum over blocks: finds what a disk or a cut-off write has damaged. Not meant against anybody's intent.

const primes = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d] as const;

/** 32 bits over `bytes`; four lanes of words, so that multiplications don't wait for each other. */
export function checksum(bytes: Uint8Array): number {
  const { length } = bytes;
  let rest = 0;
  let hash = length ^ primes[0];
  if (bytes.byteOffset % 4 === 0 && length >= 16) {
    // Signed: until this is optimised, V8 makes an object of each number of more than 31 bits.
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, length >>> 2);
    const whole = words.length & ~3;
    let a = 1;
    let b = 2;
    let c = 3;
    let d = 4;
    for (let i = 0; i < whole; i += 4) {
      a = Math.imul(rotate(a ^ words[i]!), primes[0]);
      b = Math.imul(rotate(b ^ words[i + 1]!), primes[0]);
      c = Math.imul(rotate(c ^ words[i + 2]!), primes[0]);
      d = Math.imul(rotate(d ^ words[i + 3]!), primes[0]);
    }
    hash ^= a + Math.imul(b, primes[1]) + Math.imul(c, primes[2]) + Math.imul(d, primes[1] ^ primes[2]);
    rest = whole * 4;
  } else if (length >= 16) {
    // Elsewhere in its buffer the same bytes must give the same sum.
    return checksum(new Uint8Array(bytes));
  }
  for (; rest < length; rest++) hash = Math.imul(rotate(hash ^ bytes[rest]!), primes[1]);
  hash = Math.imul(hash ^ (hash >>> 15), primes[1]);
  hash = Math.imul(hash ^ (hash >>> 13), primes[2]);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(word: number): number {
  return (word << 13) | (word >>> 19);
}
