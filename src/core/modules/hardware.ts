import type { Call, Multipliers, TemplateArgument } from '../ir/call.ts';
import { bitsOf, type Element } from '../ir/cpp-type.ts';
import { arrayStorage } from '../ir/storage.ts';
import { accumulator, ceilLog2 } from './common.ts';
import type { ParamValue } from '../design/types.ts';

/** Floating-point operators that a target implements as one unit each; `convert` is between fp32 and integers. */
export type Fp32Operator = 'add' | 'mul' | 'div' | 'sqrt' | 'exp' | 'reciprocal' | 'quotient' | 'compare' | 'convert';

/** Products that one multiplier yields. */
export type Packing = 'one' | 'two' | 'four' | 'sum' | 'sums';

/** The parameter `multipliers` of an instance. */
export const multipliersOf = (params: Readonly<Record<string, ParamValue>>): Multipliers =>
  params['multipliers'] as Multipliers;

/**
 * One kind of part of a module's hardware, independent of the target. `what` says in a few words what it is for.
 * Sizes are in bits, counts are instances that work in the same cycle.
 */
export type Component =
  /** Integer multipliers of a x w bits; `two` is a DSP that yields two products of one activation, `four` one that yields those of two activations, with the logic that parts them; `sum` one that adds up a product each cycle, `sums` two products of one activation. */
  | {
      readonly kind: 'multiplier';
      readonly what: string;
      readonly count: number;
      readonly a: number;
      readonly w: number;
      readonly packing: Packing;
      readonly style: 'dsp' | 'lut' | 'auto';
    }
  /** Adders, comparators or accumulators of `bits`; `registered` ones keep their result. */
  | {
      readonly kind: 'adder';
      readonly what: string;
      readonly count: number;
      readonly bits: number;
      readonly registered: boolean;
    }
  | { readonly kind: 'fp32'; readonly what: string; readonly operator: Fp32Operator; readonly count: number }
  /** Conversions between fp32 and the 64-bit fixed point of fixed_sum.hpp. */
  | { readonly kind: 'fixed'; readonly what: string; readonly direction: 'to' | 'from'; readonly count: number }
  /** Registers of `bits` in all. */
  | { readonly kind: 'registers'; readonly what: string; readonly bits: number }
  /** Selections of one of `ways` words of `bits`. */
  | {
      readonly kind: 'mux';
      readonly what: string;
      readonly count: number;
      readonly bits: number;
      readonly ways: number;
    }
  /** `banks` memories of `words` x `bits` each, with one port to write and one to read, or two for both (`dual`). */
  | {
      readonly kind: 'buffer';
      readonly what: string;
      readonly words: number;
      readonly bits: number;
      readonly banks: number;
      readonly dual: boolean;
      /** They may lie in URAM. */
      readonly ultra: boolean;
    }
  /** Pipelined loops: counters, stage enables, stall logic. */
  | { readonly kind: 'loop'; readonly what: string; readonly count: number };

export type Buffer = Extract<Component, { readonly kind: 'buffer' }>;

/** What an instance is built of, without the movers, routers, FIFOs and ports that the lowering adds around it. */
export type Hardware = readonly Component[];

export const multiplier = (
  what: string,
  count: number,
  a: number,
  w: number,
  packing: Packing = 'one',
  style: 'dsp' | 'lut' | 'auto' = 'auto',
): Component => ({ kind: 'multiplier', what, count, a, w, packing, style });
export const adder = (what: string, count: number, bits: number): Component => ({
  kind: 'adder',
  what,
  count,
  bits,
  registered: false,
});
export const accumulators = (what: string, count: number, bits: number): Component => ({
  kind: 'adder',
  what,
  count,
  bits,
  registered: true,
});
export const fp32 = (operator: Fp32Operator, count: number, what: string): Component => ({
  kind: 'fp32',
  what,
  operator,
  count,
});
export const fixed = (direction: 'to' | 'from', count: number, what: string): Component => ({
  kind: 'fixed',
  what,
  direction,
  count,
});
export const registers = (what: string, bits: number): Component => ({ kind: 'registers', what, bits });
export const mux = (what: string, count: number, bits: number, ways: number): Component => ({
  kind: 'mux',
  what,
  count,
  bits,
  ways,
});
export const loops = (count: number): Component => ({ kind: 'loop', what: 'pipelined loops', count });

/** Banks of an on-chip array. An array of one word per bank is registers. */
export function buffer(
  what: string,
  words: number,
  bits: number,
  options: { banks?: number; dual?: boolean } = {},
): Buffer {
  return {
    kind: 'buffer',
    what,
    words,
    bits,
    banks: options.banks ?? 1,
    dual: options.dual ?? false,
    ultra: true,
  };
}

/** The template argument by which the module binds an array to the kind of memory that it is counted as. */
export const storageOf = ({ words, bits, dual }: Buffer): TemplateArgument => ({
  kind: 'storage',
  storage: arrayStorage(words, bits, dual),
});

/** The same hardware, and below the same processes, where the tools do not keep arrays in URAM: they lie in BRAM. */
export const withoutUltra = (hardware: Hardware): Hardware =>
  hardware.map((part) => (part.kind === 'buffer' ? { ...part, ultra: false } : part));

const BRAM: TemplateArgument = { kind: 'storage', storage: 'bram' };

export const callWithoutUltra = (call: Call): Call => ({
  ...call,
  templateArguments: call.templateArguments.map((argument) =>
    typeof argument === 'object' && argument.kind === 'storage' && argument.storage === 'uram' ? BRAM : argument,
  ),
});

const unsignedBit = (a: Element): number => (a.kind === 'int' && !a.signed ? 1 : 0);

/** Widths of the operands of a packed multiplier of packed_mul.hpp: weights and activations of its products. */
export function packed(
  a: Element,
  w: Element,
  multipliers: Multipliers,
): { readonly operand: number; readonly activation: number } {
  const product = bitsOf(a) + bitsOf(w);
  return multipliers === 'dsp4'
    ? { operand: 2 * product + bitsOf(w) + 1, activation: product + bitsOf(a) + 1 }
    : { operand: product + bitsOf(w) + 1, activation: bitsOf(a) + unsignedBit(a) };
}

/** Whether four products fit one DSP: integers of at most 4 bits on both sides (packed_mul.hpp). */
export const fitsFour = (a: Element, w: Element): boolean =>
  a.kind === 'int' && w.kind === 'int' && a.bits <= 4 && w.bits <= 4;

/** Rows of an array that move as one: those whose activations share a multiplier. */
export const rowsTogether = (multipliers: Multipliers): number => (multipliers === 'dsp4' ? 2 : 1);

/**
 * `pairs` units of mac.hpp, each of which multiplies the activations of its rows by two weights and adds to two sums per
 * row of at most `most` products: a packed DSP, two multipliers in logic, or for fp32 two multipliers and fixed-point sums.
 */
export function macPairs(
  pairs: number,
  a: Element,
  w: Element,
  most: number,
  multipliers: Multipliers,
): { readonly parts: Hardware; readonly sum: number; readonly weight: number; readonly activation: number } {
  if (a.kind === 'float' || w.kind === 'float') {
    return {
      sum: 64,
      weight: 64,
      activation: 32,
      parts: [
        fp32('mul', 2 * pairs, 'products'),
        fixed('to', 2 * pairs, 'products in fixed point'),
        accumulators('sums in fixed point', 2 * pairs, 64),
      ],
    };
  }
  const { operand, activation } = packed(a, w, multipliers);
  const sum = bitsOf(accumulator(a, w, most));
  const sums = accumulators('sums', 2 * rowsTogether(multipliers) * pairs, sum);
  const products: Readonly<Record<Multipliers, Hardware>> = {
    dsp: [multiplier('two products per DSP', pairs, activation, operand, 'two', 'dsp')],
    dsp4: [multiplier('four products per DSP', pairs, activation, operand, 'four', 'dsp')],
    lut: [
      multiplier('products in logic', 2 * pairs, activation, bitsOf(w), 'one', 'lut'),
      adder('parting of weights', pairs, bitsOf(w)),
    ],
  };
  return { sum, weight: operand, activation, parts: [...products[multipliers], sums] };
}

/** Buffered activations of an engine: `most` vectors of `lanes`. */
export const activations = (most: number, lanes: number, a: Element): Buffer =>
  buffer('activations', most, lanes * bitsOf(a));

/** The array of systolic.hpp: `rows` x `columns` cells, activations of `most` steps buffered, `sets` of them. */
export function systolic(
  rows: number,
  columns: number,
  a: Element,
  w: Element,
  most: number,
  multipliers: Multipliers = 'dsp',
  sets = 1,
): Hardware {
  const pairs = columns / 2;
  const together = a.kind === 'float' ? 1 : rowsTogether(multipliers);
  const groups = rows / together;
  const unit = macPairs(groups * pairs, a, w, most, multipliers);
  const result = a.kind === 'float' ? 32 : unit.sum;
  const triangle = (n: number): number => (n * (n + 1)) / 2;
  return [
    ...unit.parts,
    registers('activations and weights that move from cell to cell', groups * pairs * (unit.activation + unit.weight)),
    registers('drain chains', (pairs + 2) * rows * unit.sum),
    mux('drain chains', (pairs + 2) * rows, unit.sum, 3),
    registers(
      'skew of activations, weights and results',
      triangle(groups) * (unit.activation + together * result) + triangle(pairs) * unit.weight,
    ),
    ...(a.kind === 'float' ? [] : [adder('packing of weights', pairs, bitsOf(w) + 1)]),
    ...(together === 1 ? [] : [adder('packing of activations', groups, bitsOf(a) + 1)]),
    ...(a.kind === 'float' ? [fixed('from', rows, 'results')] : []),
    activations(sets * most, rows, a),
    loops(2),
  ];
}

/** Operators of round_to (rounding.hpp): half added, two limits, conversion. */
export function rounding(count: number): Hardware {
  return [
    fp32('add', count, 'half for rounding'),
    fp32('compare', 2 * count, 'limits'),
    fp32('convert', count, 'fp32 to integer'),
  ];
}

/** Bits that address `words`. */
export const addressBits = (words: number): number => Math.max(1, ceilLog2(words));
