/**
 * The exponential, the reciprocal and the quotient of the hardware, bit for bit: hls-runtime/include/flexllm/exponential.hpp. Integers and tables
 * alone, so that C-simulation, RTL and card agree whatever a compiler or an operator library does with fp32. Own derivation.
 */

/** e^x - 1 in the middle of each 512th of [0, 1), in units of 2^-31. */
export const EXPONENTIAL = Uint32Array.from({ length: 512 }, (_, index) =>
  Math.round(Math.expm1((index + 0.5) / 512) * 2 ** 31),
);
/** 1 / m in the middle of each 512th of [1, 2), in units of 2^-12. */
export const RECIPROCAL = Int32Array.from({ length: 512 }, (_, index) =>
  Math.round(2 ** 12 / (1 + (index + 0.5) / 512)),
);
/** e^3 in the middle of each 2^-14th of [-2^-9, 2^-9), from 0 on and then the negative ones, in units of 2^-35. */
export const RECIPROCAL_CUBE = Int32Array.from({ length: 64 }, (_, index) =>
  Math.round((index + 0.5 - (index < 32 ? 0 : 64)) ** 3 / 128),
);

/** ln 2 in units of 2^-42. */
const LN2 = 3048493539143;
const INFINITE = 0x7f800000;

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function bitsOf(x: number): number {
  float[0] = x;
  return word[0] as number;
}

function floatOf(bits: number): number {
  word[0] = bits;
  return float[0] as number;
}

/**
 * The square of n in units of 2^(2 * shift), from the middle of the unit that n lies in and without its quarter:
 * (m + 1/2)^2 = m * (m + 1) + 1/4. Negative numbers are folded onto those from 0 on.
 */
function squared(n: number, shift: number): number {
  const near = (n < 0 ? ~n : n) >> shift;
  return near * (near + 1);
}

/**
 * e^x of an fp32 number as fp32, at most 0.52 units in the last place from the exact value. Below 2^-126 it is 0,
 * beyond the largest number infinity; not a number stays so. All intermediate integers are exact in a double.
 */
export function exponential(x: number): number {
  const bits = bitsOf(x);
  const negative = bits >>> 31 === 1;
  const exponent = (bits >>> 23) & 255;
  if (exponent >= 134) {
    if (exponent === 255 && (bits & 0x7fffff) !== 0) return Number.NaN;
    return negative ? 0 : Number.POSITIVE_INFINITY;
  }
  // x in units of 2^-32, cut off (from 2^-9 on it is exact).
  const magnitude = exponent < 94 ? 0 : Math.floor(((bits & 0x7fffff) | 0x800000) * 2 ** (exponent - 118));
  const fixed = negative ? -magnitude : magnitude;
  // The power of two, never too high: log2(e) = 369.33 / 256 goes down for x >= 0 and up below.
  const power = Math.floor((Math.floor(fixed / 2 ** 24) * (negative ? 370 : 369)) / 65536);
  const rest = fixed - Math.floor((power * LN2 + 512) / 1024);
  const start = 2 ** 31 + (EXPONENTIAL[Math.floor(rest / 2 ** 23)] as number);
  // e^z - 1 = z + z^2 / 2 in units of 2^-32: 24 bits with its sign; `start` in 27.
  const z = (rest % 2 ** 23) - 2 ** 22;
  const growth = z + ((squared(z, 10) + 4096) >> 13);
  const value = start + Math.floor((Math.floor(start / 128) * growth) / 2 ** 25);
  const doubled = value >= 2 ** 32;
  // Rounded to 24 bits, ties up; a carry goes on into the exponent.
  const significand = doubled ? Math.floor((value + 256) / 512) : Math.floor((value + 128) / 256);
  const result = (power + (doubled ? 127 : 126)) * 2 ** 23 + significand;
  return result < 2 ** 23 ? 0 : floatOf(Math.min(result, INFINITE));
}

/** 1 / m in units of 2^-33 for a significand m in units of 2^-23, up to 2^-8 units of fp32's last place from the exact value. */
function inverseSignificand(significand: number): number {
  const start = RECIPROCAL[(significand >> 14) & 511] as number;
  // 1 / m = start / (1 - error) = start * (1 + error + error^2 + error^3 + ...); error in units of 2^-35, `growth` in 27
  // bits with its sign.
  const error = 2 ** 35 - significand * start;
  const growth = error + (squared(error, 12) >> 11) + (RECIPROCAL_CUBE[(error >> 21) & 63] as number);
  return start * 2 ** 21 + Math.floor((start * growth) / 2 ** 14);
}

/**
 * 1 / x of an fp32 number as fp32, at most 0.52 units in the last place from the exact value. Numbers and results below
 * 2^-126 count as 0; not a number stays so.
 */
export function reciprocal(x: number): number {
  const bits = bitsOf(x);
  const sign = bits >>> 31 === 1 ? -1 : 1;
  const exponent = (bits >>> 23) & 255;
  if (exponent === 255) return (bits & 0x7fffff) !== 0 ? Number.NaN : sign * 0;
  if (exponent === 0) return sign * Number.POSITIVE_INFINITY;
  const inverse = inverseSignificand((bits & 0x7fffff) | 0x800000);
  const result = (252 - exponent) * 2 ** 23 + Math.floor((inverse + 256) / 512);
  return sign * (result < 2 ** 23 ? 0 : floatOf(result));
}

/**
 * x / y of fp32 numbers as fp32, rounded once, at most 0.52 units in the last place from the exact value. Numbers and
 * results below 2^-126 count as 0; 0 / 0 and infinite / infinite are not a number.
 */
export function quotient(x: number, y: number): number {
  const above = bitsOf(x);
  const below = bitsOf(y);
  const sign = (above ^ below) < 0 ? -1 : 1;
  const exponent = (above >>> 23) & 255;
  const divided = (below >>> 23) & 255;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const none = exponent === 0 || divided === 255;
  const endless = exponent === 255 || divided === 0;
  if (none && endless) return Number.NaN;
  if (none) return sign * 0;
  if (endless) return sign * Number.POSITIVE_INFINITY;
  // The product of 24 x 34 bits from two halves, each exact in a double; in units of 2^-25, cut off.
  const inverse = inverseSignificand((below & 0x7fffff) | 0x800000);
  const significand = (above & 0x7fffff) | 0x800000;
  const high = Math.floor(inverse / 2 ** 17);
  const low = Math.floor((significand * (inverse - high * 2 ** 17)) / 2 ** 17);
  const value = Math.floor((significand * high + low) / 2 ** 14);
  const whole = value >= 2 ** 25;
  // Rounded to 24 bits, ties up; a carry goes on into the exponent.
  const rounded = whole ? (value + 2) >> 2 : (value + 1) >> 1;
  const result = (exponent - divided + (whole ? 126 : 125)) * 2 ** 23 + rounded;
  return sign * (result < 2 ** 23 ? 0 : floatOf(Math.min(result, INFINITE)));
}
