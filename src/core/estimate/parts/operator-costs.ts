import type { Component, Fp32Operator } from '../../modules/hardware.ts';
import type { Family, ResourceCounts } from '../../targets/types.ts';

/** A cost with its evidence. */
export interface Cost extends ResourceCounts {
  readonly source: string;
}

const cost = (lut: number, ff: number, dsp: number, source: string, bram18 = 0): Cost => ({
  lut,
  ff,
  dsp,
  bram18,
  uram: 0,
  source,
});

const STREAM_HLS = 'Vitis HLS 2023.2 reports for xcu280 at 3.33 ns (Stream-HLS)';
const BAMBU = 'post-implementation characterisation for xcu280-2L (PandA-bambu)';
const LUT_LLM = 'HLS 2024.2 reports for xcv80 at 3.33 ns (LUT-LLM)';
const ASSUMED = 'assumed, no public figure';
const OWN_CORE = 'own core, counted in its source';

/**
 * exponential.hpp, counted in its source.
 *
 * Exponential: shift 120 LUT, negation and subtraction 81, products with constants 232, square of 12 x 13 bits 98 and its
 * operands 25, sums and rounding 130, exponent and exceptions 45 (731 LUT); a table of 512 x 32 bits in one BRAM18; one
 * product of 27 x 24 bits, on two DSP48E2 (27 x 18 each) or one DSP58; 16 stages of about 68 bits.
 *
 * Reciprocal: table of 512 x 12 bits 108 LUT, square of 14 x 15 bits 132 and its operands 29, table of 64 x 9 bits 9, sums
 * and rounding 133, exponent and exceptions 44 (455 LUT); products of 25 x 13 and 27 x 13 bits, each on a DSP block; 14
 * stages of about 46 bits.
 *
 * Quotient: the reciprocal without its rounding (425 LUT), rounding of the product 32, exponents and exceptions 48 (505 LUT);
 * one more product of 25 x 35 bits, on two DSP blocks; 18 stages, the significand and exponent of x beside them.
 */
const exponentialCost = (dsp: number): Cost => cost(731, 1088, dsp, OWN_CORE, 1);
const RECIPROCAL = cost(455, 644, 2, OWN_CORE);
const QUOTIENT = cost(505, 1010, 4, OWN_CORE);

/** Cost of one fp32 operator, pipelined for one result per cycle at about 300 MHz. */
export const FP32_COST: Readonly<Record<Family, Readonly<Record<Fp32Operator, Cost>>>> = {
  ultrascale: {
    add: cost(198, 318, 2, `fadd full_dsp: ${STREAM_HLS}`),
    mul: cost(78, 143, 3, `fmul max_dsp: ${STREAM_HLS}`),
    exp: exponentialCost(2),
    reciprocal: RECIPROCAL,
    quotient: QUOTIENT,
    div: cost(809, 1163, 0, `divider: ${BAMBU}`),
    sqrt: cost(500, 700, 0, ASSUMED),
    compare: cost(40, 1, 0, ASSUMED),
    convert: cost(170, 200, 0, ASSUMED),
  },
  versal: {
    add: cost(33, 100, 1, `DSPFP32: ${LUT_LLM}; half of the 65 LUT and 199 FF of a multiply-add cell`),
    mul: cost(33, 100, 1, `DSPFP32: ${LUT_LLM}; half of the 65 LUT and 199 FF of a multiply-add cell`),
    exp: exponentialCost(1),
    reciprocal: RECIPROCAL,
    quotient: QUOTIENT,
    div: cost(809, 1163, 0, `no DSP, latency 14: ${LUT_LLM}; LUT and FF of UltraScale+`),
    sqrt: cost(500, 700, 0, ASSUMED),
    compare: cost(40, 1, 0, ASSUMED),
    convert: cost(170, 200, 0, ASSUMED),
  },
};

/** LUT of a selection of one of `ways` bits: a LUT6 selects one of four. */
export const muxLut = (ways: number): number => (ways <= 1 ? 0 : Math.ceil((ways - 1) / 3));

/** LUT of a multiplier in logic: measured 8 x 8 bits 40 LUT, 6 x 6 23, 8 x 10 62; in between the product of the widths over 1.6. */
export const multiplierLut = (a: number, w: number): number => Math.ceil((a * w) / 1.6);

/** Products of at most so many bits go to logic when nothing is said: 6 x 11 and 8 x 11 are the first that HLS puts on a DSP. */
const LOGIC_PRODUCT = 16;

/** LUT and FF of a pipelined loop: HLS 2025.1 reports 23 LUT and 71 FF for a process that only passes a stream on; counters of its own on top. */
const LOOP = cost(50, 80, 0, 'stream pass-through of SLASH (23 LUT, 71 FF, HLS 2025.1) and two 32-bit counters');

/** LUT of a 64-bit conversion to fixed point: barrel shift of 24 bits into 64, rounding, negation. */
const TO_FIXED = cost(330, 200, 0, `64-bit shift 197 LUT and two 64-bit additions 66 LUT each: ${BAMBU}`);
const FROM_FIXED = cost(400, 300, 0, `negation and leading zeros 130 LUT, 64-bit shift 197 LUT, rounding: ${BAMBU}`);

const DEVICE: Readonly<Record<Family, string>> = { ultrascale: 'DSP48E2', versal: 'DSP58' };

/** Cost of one unit of a component that is no buffer. */
export function unitCost(
  component: Exclude<Component, { kind: 'buffer' }>,
  family: Family,
): { readonly each: Cost; readonly count: number } {
  switch (component.kind) {
    case 'multiplier': {
      const { a, w, count } = component;
      if (component.packing === 'two') {
        // The operand is two weights and a product apart (packed_mul.hpp), so this is the width of one product, rounded up.
        const product = Math.ceil((w + a) / 2);
        return {
          count,
          each: cost(
            product,
            0,
            1,
            `one ${DEVICE[family]} for two products (WP486); ${product} LUT take back the borrow`,
          ),
        };
      }
      if (component.packing === 'sum')
        return { count, each: cost(6, 0, 1, `one ${DEVICE[family]} that adds products to the sum in its accumulator`) };
      if (component.packing === 'sums')
        return {
          count,
          each: cost(6, 0, 1, `one ${DEVICE[family]} that adds two products to two sums in its 48-bit accumulator`),
        };
      if (component.packing === 'four') {
        // Both operands are products apart: together as wide as four of them.
        const borrows = 3 * Math.ceil((w + a) / 4);
        return {
          count,
          each: cost(
            borrows,
            0,
            1,
            `one ${DEVICE[family]} for four products (2 x 2 outer product, as FINN and FlexLLM have it); ${borrows} LUT take back the borrows`,
          ),
        };
      }
      if (component.style === 'lut' || (component.style === 'auto' && a + w <= LOGIC_PRODUCT))
        return {
          count,
          each: cost(multiplierLut(a, w), a + w, 0, `multiplier in logic: ${STREAM_HLS}; FF for its product`),
        };
      return { count, each: cost(6, 0, Math.ceil(a / 26) * Math.ceil(w / 17), `multipliers on DSPs: ${STREAM_HLS}`) };
    }
    case 'adder':
      return {
        count: component.count,
        each: cost(
          component.bits,
          component.registered ? component.bits : 0,
          0,
          `adder of ${component.bits} bits: ${BAMBU}`,
        ),
      };
    case 'fp32':
      return { count: component.count, each: FP32_COST[family][component.operator] };
    case 'fixed':
      return { count: component.count, each: component.direction === 'to' ? TO_FIXED : FROM_FIXED };
    case 'registers':
      return { count: 1, each: cost(0, component.bits, 0, 'one FF per bit') };
    case 'mux':
      return {
        count: component.count,
        each: cost(component.bits * muxLut(component.ways), 0, 0, 'one LUT6 per four ways and bit'),
      };
    case 'loop':
      return { count: component.count, each: LOOP };
  }
}
