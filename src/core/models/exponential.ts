/**
 * The exponential and the reciprocal of the hardware, bit for bit: hls-runtime/include/flexllm/exponential.hpp. Integers and tables
 * alone, so that C-simulation, RTL and card agree whatever a compiler or an operator library does with fp32. Own derivation.
 */

/** Units of the fixed-point numbers. */
const UNIT = 2 ** 28;

const table = (entries: number, of: (index: number) => number): Int32Array =>
  Int32Array.from({ length: entries }, (_, index) => Math.round(of(index)));

/** e^x in the middle of each 512th of [0, 1), in units of 2^-28. */
export const EXPONENTIAL = table(512, (index) => Math.exp((index + 0.5) / 512) * UNIT);
/** e^z - 1 - z in the middle of each 256th of [-2^-10, 2^-10), in units of 2^-28. */
export const EXPONENTIAL_REST = table(256, (index) => {
  const z = (index + 0.5) / 2 ** 17 - 2 ** -10;
  return (Math.expm1(z) - z) * UNIT;
});
/** 1 / m in the middle of each 512th of [1, 2), in units of 2^-12. */
export const RECIPROCAL = table(512, (index) => 2 ** 12 / (1 + (index + 0.5) / 512));

/** ln 2 in units of 2^-36. */
const LN2 = 47632711549;
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
 * e^x of an fp32 number as fp32, less than one unit in the last place from the exact value. Below 2^-126 it is 0, beyond the
 * largest number infinity; not a number stays so. All intermediate integers are exact in a double.
 */
export function exponential(x: number): number {
  const bits = bitsOf(x);
  const negative = bits >>> 31 === 1;
  const exponent = (bits >>> 23) & 255;
  if (exponent >= 134) {
    if (exponent === 255 && (bits & 0x7fffff) !== 0) return Number.NaN;
    return negative ? 0 : Number.POSITIVE_INFINITY;
  }
  // x in units of 2^-28, cut off.
  const magnitude = exponent < 98 ? 0 : Math.floor(((bits & 0x7fffff) | 0x800000) * 2 ** (exponent - 122));
  const fixed = negative ? -magnitude : magnitude;
  // The power of two, never too high: log2(e) = 369.33 / 256 goes down for x >= 0 and up below.
  const power = Math.floor((Math.floor(fixed / 2 ** 20) * (negative ? 370 : 369)) / 65536);
  const rest = fixed - Math.floor((power * LN2 + 128) / 256);
  const start = EXPONENTIAL[Math.floor(rest / 2 ** 19)] as number;
  const z = (rest % 2 ** 19) - 2 ** 18;
  // e^z - 1 in units of 2^-26: 18 bits with its sign, as a DSP block takes them; `start` in 26.
  const growth = Math.floor((z + (EXPONENTIAL_REST[Math.floor((z + 2 ** 18) / 2 ** 11)] as number) + 2) / 4);
  const value = start + Math.floor((Math.floor(start / 16) * growth) / 2 ** 22);
  const doubled = value >= 2 * UNIT;
  // Rounded to 24 bits, ties up; a carry goes on into the exponent.
  const significand = doubled ? Math.floor((value + 32) / 64) : Math.floor((value + 16) / 32);
  const result = (power + (doubled ? 127 : 126)) * 2 ** 23 + significand;
  return result < 2 ** 23 ? 0 : floatOf(Math.min(result, INFINITE));
}

/**
 * 1 / x of an fp32 number as fp32, less than one unit in the last place from the exact value. Numbers and results below 2^-126
 * count as 0; not a number stays so.
 */
export function reciprocal(x: number): number {
  const bits = bitsOf(x);
  const sign = bits >>> 31 === 1 ? -1 : 1;
  const exponent = (bits >>> 23) & 255;
  if (exponent === 255) return (bits & 0x7fffff) !== 0 ? Number.NaN : sign * 0;
  if (exponent === 0) return sign * Number.POSITIVE_INFINITY;
  const significand = (bits & 0x7fffff) | 0x800000;
  const start = RECIPROCAL[(significand >> 14) & 511] as number;
  // 1 / m = start / (1 - error) = start * (1 + error + error^2 + ...); error in units of 2^-35.
  const error = 2 ** 35 - significand * start;
  const rounded = Math.floor((error + 2 ** 15) / 2 ** 16);
  const growth = Math.floor(error / 2 ** 7) + Math.floor((rounded * rounded) / 2 ** 10);
  const value = start * 2 ** 16 + Math.floor((start * growth) / 2 ** 12);
  const result = (252 - exponent) * 2 ** 23 + Math.floor((value + 8) / 16);
  return sign * (result < 2 ** 23 ? 0 : floatOf(result));
}
