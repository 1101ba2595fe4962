// Exponential, logarithm and square root from additions, multiplications and divisions alone, which IEEE 754 and
// ECMAScript define to the last bit. `Math.log`, `Math.exp` and `Math.sqrt` are left to the platform, so a trace made
// with them could differ from one machine to the next.

const ln2 = Math.LN2;
const sqrt2 = Math.SQRT2;
/** ln 2 in two parts: multiples of the first up to 2^20 are exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** The natural logarithm of a finite number above 0, to about 1e-15 of its size. */
export function ln(value: number): number {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`the logarithm of ${value} isn't a number to work with`);
  }
  if (value >= 2 ** -31 && value <= 1) return lnOfFraction(value);
  let exponent = 0;
  let mantissa = value;
  // Scaling by powers of two is exact. In big steps first: a subnormal number is a thousand small ones away.
  while (mantissa < 2 ** -32) {
    mantissa *= 2 ** 32;
    exponent -= 32;
  }
  while (mantissa >= 2 ** 32) {
    mantissa *= 2 ** -32;
    exponent += 32;
  }
  while (mantissa < sqrt2 / 2) {
    mantissa *= 2;
    exponent--;
  }
  while (mantissa >= sqrt2) {
    mantissa /= 2;
    exponent++;
  }
  return exponent * ln2 + lnNearOne(mantissa);
}

/** Of what chance draws: how far to scale is in its first bits. */
function lnOfFraction(value: number): number {
  const shift = Math.clz32(value * 2 ** 31) - 1;
  // Scaling by powers of two is exact: from ½ to below 1, and 1 itself as ½.
  const mantissa = value * powers[shift + 1]!;
  return mantissa < sqrt2 / 2
    ? lnNearOne(mantissa * 2) - (shift + 1) * ln2
    : lnNearOne(mantissa) - shift * ln2;
}

/** 2^-1 to 2^31. */
const powers = Float64Array.from({ length: 33 }, (_, i) => 2 ** (i - 1));

const [c3, c5, c7, c9, c11, c13] = [1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13];
const [c15, c17, c19, c21] = [1 / 15, 1 / 17, 1 / 19, 1 / 21];

/**
 * ln m = 2 artanh((m − 1) / (m + 1)) for m in [√½, √2]. Written out, in an order in which terms don't wait for one another
 * (Estrin's): every delay of a network is drawn with it.
 */
function lnNearOne(mantissa: number): number {
  const t = (mantissa - 1) / (mantissa + 1);
  const s = t * t;
  const s2 = s * s;
  const s4 = s2 * s2;
  const low = 1 + c3 * s + (c5 + c7 * s) * s2;
  const middle = c9 + c11 * s + (c13 + c15 * s) * s2;
  const high = c17 + c19 * s + c21 * s2;
  return 2 * t * (low + (middle + high * s4) * s4);
}

/** e to the power of `value`, to about 1e-15 of its size; 0 below −745, Infinity above 709. */
export function exp(value: number): number {
  if (Number.isNaN(value)) throw new RangeError('e to the power of NaN');
  if (value > 709) return Number.POSITIVE_INFINITY;
  if (value < -745) return 0;
  const k = Math.floor(value / ln2 + 0.5);
  const rest = value - k * ln2High - k * ln2Low;
  // |rest| is at most ln 2 / 2: the 15th term is below the last bit.
  let sum = 1;
  for (let n = 15; n >= 1; n--) sum = 1 + (rest * sum) / n;
  return scale(sum, k);
}

/** `value` × 2^`exponent`, in steps that are exact where the result is a normal number. */
function scale(value: number, exponent: number): number {
  let scaled = value;
  let left = exponent;
  while (left >= 32) {
    scaled *= 2 ** 32;
    left -= 32;
  }
  while (left <= -32) {
    scaled *= 2 ** -32;
    left += 32;
  }
  for (; left > 0; left--) scaled *= 2;
  for (; left < 0; left++) scaled /= 2;
  return scaled;
}

/** The square root of a finite number of 0 or more: Newton's iteration from the logarithm's half. */
export function sqrt(value: number): number {
  if (value === 0) return 0;
  let root = exp(ln(value) / 2);
  root = (root + value / root) / 2;
  return (root + value / root) / 2;
}
