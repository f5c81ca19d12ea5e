/**
 * The arithmetic of the hardware, bit for bit: docs/runtime.md, section 1. Every function rounds to fp32 once per
 * operation. Numbers in Float32Array are fp32 already; storing into one rounds.
 */

import { exponential, quotient, reciprocal } from './exponential.ts';
import { rotationBlock } from './recipe.ts';

const TWO32 = 4294967296;
/**
 * Below this sum of magnitudes (in units of 2^-32) a double holds every partial sum exactly, and adding and subtracting
 * MAGIC rounds to an integer (ties to even; the loops then move ties away from zero).
 */
const EXACT_LIMIT = 2 ** 51;
const MAGIC = 1.5 * 2 ** 52;
const INT64_MAX = (1n << 63n) - 1n;
const INT64_MIN = -(1n << 63n);

const fround = Math.fround;

/** Rounds half away from zero the way the hardware does: `trunc(v + copysign(0.5, v))`, the addition in fp32. */
export function roundHalfAway(v: number): number {
  return Math.trunc(fround(v + (v < 0 ? -0.5 : 0.5)));
}

/** An fp32 addend in units of 2^-32, rounded half away from zero, as 64-bit integer (saturated). */
export function toFixed(x: number): bigint {
  const scaled = x * TWO32;
  const rounded = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
  if (rounded >= 2 ** 63) return INT64_MAX;
  if (rounded <= -(2 ** 63)) return INT64_MIN;
  return BigInt(rounded);
}

/** A fixed-point sum back in fp32, rounded to nearest even once. */
export function fixedToFloat(sum: bigint): number {
  const magnitude = sum < 0n ? -sum : sum;
  if (magnitude < 9007199254740992n) return fround(Number(sum)) / TWO32;
  // Keep more than 26 leading bits and let the last one remember whether anything was cut off: the following single
  // rounding to 24 bits is then the correct one.
  const sticky = (magnitude & 0xfffn) === 0n ? 0n : 1n;
  const value = (fround(Number(((magnitude >> 12n) << 1n) | sticky)) * 2048) / TWO32;
  return sum < 0n ? -value : value;
}

/** A running fixed-point sum for short lists (the sampler). Wraps at 64 bits like the hardware. */
export class FixedSum {
  private total = 0n;

  add(x: number): void {
    this.total = BigInt.asIntN(64, this.total + toFixed(x));
  }

  value(): number {
    return fixedToFloat(this.total);
  }
}

/** Fixed-point sum of `count` fp32 values. Exact in any order; the result is fp32. */
export function fixedSum(values: Float32Array, count = values.length): number {
  let sum = 0;
  let bound = 0;
  for (let i = 0; i < count; i++) {
    const scaled = (values[i] as number) * TWO32;
    const rounded = scaled + MAGIC - MAGIC;
    const rest = scaled - rounded;
    sum += rounded;
    if (rest === 0.5 && scaled > 0) sum += 1;
    else if (rest === -0.5 && scaled < 0) sum -= 1;
    bound += Math.abs(scaled);
  }
  if (bound < EXACT_LIMIT) return fround(sum) / TWO32;
  let exact = 0n;
  for (let i = 0; i < count; i++) exact = BigInt.asIntN(64, exact + toFixed(values[i] as number));
  return fixedToFloat(exact);
}

/**
 * Fixed-point sum of the products `a[aStart + i*aStride] * b[bStart + i*bStride]`, i < count; each product is rounded
 * to fp32 first.
 */
export function fixedDot(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  count: number,
  aStride = 1,
  bStride = 1,
): number {
  let sum = 0;
  let bound = 0;
  let p = aStart;
  let q = bStart;
  for (let i = 0; i < count; i++) {
    const scaled = fround((a[p] as number) * (b[q] as number)) * TWO32;
    const rounded = scaled + MAGIC - MAGIC;
    const rest = scaled - rounded;
    sum += rounded;
    if (rest === 0.5 && scaled > 0) sum += 1;
    else if (rest === -0.5 && scaled < 0) sum -= 1;
    bound += Math.abs(scaled);
    p += aStride;
    q += bStride;
  }
  if (bound < EXACT_LIMIT) return fround(sum) / TWO32;
  let exact = 0n;
  for (let i = 0; i < count; i++) {
    const product = fround((a[aStart + i * aStride] as number) * (b[bStart + i * bStride] as number));
    exact = BigInt.asIntN(64, exact + toFixed(product));
  }
  return fixedToFloat(exact);
}

/** Integer dot product of activations and one weight row. The caller keeps it within 32 bits (k <= 65536). */
export function integerDot(a: Int32Array, w: Int8Array, wStart: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  let p = wStart;
  for (; i + 3 < count; i += 4, p += 4) {
    s0 = (s0 + Math.imul(a[i] as number, w[p] as number)) | 0;
    s1 = (s1 + Math.imul(a[i + 1] as number, w[p + 1] as number)) | 0;
    s2 = (s2 + Math.imul(a[i + 2] as number, w[p + 2] as number)) | 0;
    s3 = (s3 + Math.imul(a[i + 3] as number, w[p + 3] as number)) | 0;
  }
  for (; i < count; i++, p++) s0 = (s0 + Math.imul(a[i] as number, w[p] as number)) | 0;
  return (s0 + s1 + s2 + s3) | 0;
}

/** Scale and offset of one dynamically quantized token. */
export interface TokenScale {
  readonly scale: number;
  readonly offset: number;
}

/**
 * Dynamic quantization of one token: the integers go to `out`, {s, b} is returned. Symmetric: signed, b = 0.
 * Asymmetric: unsigned, b = min.
 */
export function quantizeDynamic(x: Float32Array, bits: 4 | 6 | 8, symmetric: boolean, out: Int32Array): TokenScale {
  let min = x[0] as number;
  let max = min;
  for (let i = 1; i < x.length; i++) {
    const v = x[i] as number;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const low = symmetric ? -(2 ** (bits - 1)) : 0;
  const high = symmetric ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const range = symmetric ? Math.max(Math.abs(min), Math.abs(max)) : fround(max - min);
  const scale = fround(range / high) || 1;
  const offset = symmetric ? 0 : min;
  const inverse = fround(1 / scale);
  for (let i = 0; i < x.length; i++) {
    const q = roundHalfAway(fround(fround((x[i] as number) - offset) * inverse));
    out[i] = q > low ? Math.min(q, high) : low;
  }
  return { scale, offset };
}

/** Static quantization of one value: `round(x * m)`, clamped to int8 or uint8; not a number becomes the lowest value. */
export function quantizeStatic(x: number, multiplier: number, unsigned: boolean): number {
  const q = roundHalfAway(fround(x * multiplier));
  const low = unsigned ? 0 : -128;
  const high = unsigned ? 255 : 127;
  return q > low ? Math.min(q, high) : low;
}

/**
 * What a KV cache of 4 bits gives back of a value, in place. Each `group` channels have a scale m from 1 to 16, and a channel is
 * m * q. The bits of m - 1 lie in the lowest bits of the first four q, which are the nearest ones that have these bits.
 */
export function cacheInFourBits(value: Int8Array, group: number): void {
  for (let from = 0; from < value.length; from += group) {
    let top = 0;
    for (let i = from; i < from + group; i++) top = Math.max(top, Math.abs(value[i] as number));
    const m = Math.max(1, Math.min(16, Math.ceil(top / 7)));
    for (let i = from; i < from + group; i++) {
      const x = value[i] as number;
      const nearest = Math.sign(x) * Math.floor(Math.abs(x) / m + 0.5);
      let q = Math.max(-8, Math.min(7, nearest));
      const carried = i - from < 4 ? ((m - 1) >> (i - from)) & 1 : q & 1;
      if ((q & 1) !== carried) {
        q += x >= q * m ? 1 : -1;
        if (q > 7) q = 6;
        if (q < -8) q = -7;
      }
      value[i] = m * q;
    }
  }
}

/** `((float)acc * s) * s_w`, plus `b * w_sum` when the activations are asymmetric. */
export function dequantize(
  accumulator: number,
  token: TokenScale,
  symmetric: boolean,
  weightScale: number,
  weightSum: number,
): number {
  const y = fround(fround(fround(accumulator) * token.scale) * weightScale);
  return symmetric ? y : fround(y + fround(token.offset * weightSum));
}

/**
 * Normalised Walsh-Hadamard transform in place, of each block of `rotationBlock` channels for itself.
 * @throws RangeError when the length is odd.
 */
export function hadamard(x: Float32Array): void {
  const n = x.length;
  const block = rotationBlock(n);
  if (block < 2) throw new RangeError(`A Hadamard rotation needs an even number of channels, not ${n}.`);
  let distance = 1;
  if (Math.log2(block) % 2 === 1) {
    for (let i = 0; i < n; i += 2) {
      const a = x[i] as number;
      const b = x[i + 1] as number;
      x[i] = a + b;
      x[i + 1] = a - b;
    }
    distance = 2;
  }
  // Two stages at a time: half as many loads and stores, every sum rounded as before.
  for (; distance < block; distance *= 4) {
    for (let start = 0; start < n; start += 4 * distance) {
      for (let i = start; i < start + distance; i++) {
        const a = x[i] as number;
        const b = x[i + distance] as number;
        const c = x[i + 2 * distance] as number;
        const d = x[i + 3 * distance] as number;
        const sum = fround(a + b);
        const difference = fround(a - b);
        const sum2 = fround(c + d);
        const difference2 = fround(c - d);
        x[i] = fround(sum + sum2);
        x[i + distance] = fround(difference + difference2);
        x[i + 2 * distance] = fround(sum - sum2);
        x[i + 3 * distance] = fround(difference - difference2);
      }
    }
  }
  const norm = fround(1 / Math.sqrt(block));
  for (let i = 0; i < n; i++) x[i] = (x[i] as number) * norm;
}

/** RMSNorm of `x` into `out`. */
export function rmsNorm(x: Float32Array, gamma: Float32Array, epsilon: number, out: Float32Array): void {
  const mean = fround(fixedDot(x, 0, x, 0, x.length) * fround(1 / x.length));
  const inverse = fround(1 / fround(Math.sqrt(fround(mean + fround(epsilon)))));
  for (let i = 0; i < x.length; i++) out[i] = fround((x[i] as number) * inverse) * (gamma[i] as number);
}

/** Softmax without its division, of the first `count` values, in place: `exp(x - max)`, of which the largest is 1. */
export function powers(x: Float32Array, count: number): void {
  let max = x[0] as number;
  for (let i = 1; i < count; i++) if ((x[i] as number) > max) max = x[i] as number;
  for (let i = 0; i < count; i++) x[i] = exponential(fround((x[i] as number) - max));
}

/** Softmax of the first `count` values, in place. */
export function softmax(x: Float32Array, count: number): void {
  powers(x, count);
  const inverse = inverseSum(x, count);
  for (let i = 0; i < count; i++) x[i] = (x[i] as number) * inverse;
}

/** The inverse of the sum of the first `count` values, none negative. */
export const inverseSum = (x: Float32Array, count: number): number => reciprocal(fixedSum(x, count));

/** `x / (1 + exp(-x))`. */
export function silu(x: number): number {
  return quotient(x, fround(1 + exponential(-x)));
}

/**
 * Rotates one head in place (half split): `x[start + c]` turns with `x[start + c + headDim/2]`. `table` holds
 * {cos, sin} pairs per position, see rope.ts.
 */
export function rotate(x: Float32Array, start: number, headDim: number, table: Float32Array, position: number): void {
  const half = headDim / 2;
  for (let c = 0; c < half; c++) {
    const cos = table[(position * half + c) * 2] as number;
    const sin = table[(position * half + c) * 2 + 1] as number;
    const x0 = x[start + c] as number;
    const x1 = x[start + c + half] as number;
    x[start + c] = fround(x0 * cos) - fround(x1 * sin);
    x[start + c + half] = fround(x1 * cos) + fround(x0 * sin);
  }
}
