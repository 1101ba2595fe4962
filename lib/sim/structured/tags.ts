// What begins each value of the bytes that a structured clone is written as. The format never leaves the process.

/** The kinds of value. */
export const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  number: 4,
  bigint: 5,
  string: 6,
  array: 7,
  object: 8,
  map: 9,
  set: 10,
  date: 11,
  regExp: 12,
  error: 13,
  buffer: 14,
  view: 15,
  again: 16,
  wrapper: 17,
  hole: 18,
} as const;

/** Views, by the number that stands for them. */
export const viewTypes = [
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
/** Errors, by the number that stands for them. */
export const errorTypes = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
] as const;
