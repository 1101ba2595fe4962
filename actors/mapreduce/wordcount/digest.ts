// A short name for anything that is the same for what is the same.

/** 32 hexadecimal digits of the SHA-256 of the value's JSON. */
export function digestOf(value: unknown): string {
  // Loaded here, since few counts need it, and all would wait for it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
