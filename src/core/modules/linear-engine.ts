/** What all linear engines have in common: roles, activations, arithmetic, the order of what leaves. */
import { bitsOf, type Element } from '../ir/cpp-type.ts';
import { BLOCKS, type Expression, times } from '../ir/expression.ts';
import {
  isFused,
  type LinearRole,
  linearShape,
  type MatrixRole,
  matrixShape,
  partsOf,
} from '../models/architecture.ts';
import { patternText, type Recipe, type Sparsity, type WeightFormat } from '../models/recipe.ts';
import { indexWords, sharing } from '../models/weight-indices.ts';
import type { TemplateArgument } from '../ir/call.ts';
import {
  accumulator,
  ceilLog2,
  commonFormat,
  expectElement,
  GROUP_SCALE,
  input,
  linearInput,
  maxStored,
  numberParam,
  summand,
  weightElement,
} from './common.ts';
import { found } from './diagnostics.ts';
import { isTernary, ternaryPairs } from './ternary.ts';
import { accumulators, adder, fixed, fp32, type Hardware, loops, multiplier, mux, registers } from './hardware.ts';
import {
  type Arithmetic,
  type DesignContext,
  type InstanceContext,
  type OperationContext,
  type ParamSpec,
  Refusal,
  type RoleSpec,
  type StreamType,
} from './types.ts';

/** A role for each of these matrices, or for several that are multiplied as one. */
export const engineRoles = (recipe: Recipe, roles: readonly MatrixRole[]): readonly RoleSpec[] =>
  roles.map((role) => ({
    role,
    label: isFused(role) ? partsOf(role).join(' + ') : role,
    inputs: { in: linearInput(recipe, role) },
    required: partsOf(role).map((part) => `computes ${part}`),
    ...(role === 'lm_head' ? { section: 'end' as const } : {}),
  }));

/** The activations of an engine and its number formats; refuses others than the recipe has. */
export function expectActivations(
  { recipe }: DesignContext,
  inputs: Readonly<Record<string, StreamType>>,
  roles: readonly string[],
): {
  readonly type: StreamType;
  readonly activation: Element;
  readonly weight: Element;
  readonly group: number | undefined;
  readonly sparsity: Sparsity | undefined;
  readonly mixed: boolean;
} {
  const type = input(inputs, 'in');
  const { weights, activation, group, sparsity, mixed } = commonFormat(recipe, roles);
  expectElement(
    type,
    activation,
    'in',
    activation.kind === 'int' ? 'put a dynamic quantizer in front' : 'remove the quantizer in front',
  );
  return { type, activation, weight: weightElement(weights), group, sparsity, mixed };
}

/** Refuses weights with scales of groups, and such of which some are left out. `engine` is what takes them. */
export function expectPlain({ recipe }: DesignContext, roles: readonly string[], role: string, engine: string): void {
  const { group, sparsity } = commonFormat(recipe, roles);
  if (sparsity !== undefined)
    throw new Refusal(found('sparsity-elsewhere', { role, pattern: patternText(sparsity), engine }));
  if (group !== undefined) throw new Refusal(found('groups-elsewhere', { role, group, engine }));
}

/** Refuses groups that are complete sooner than the sums of the last one are taken. */
export function expectTime(group: number, steps: number, outputs: number, needs: number, param: string): void {
  if (!Number.isInteger(steps) || steps < needs)
    throw new Refusal(found('groups-short', { group, steps: Math.floor(steps), outputs, needs }), { param });
}

/** An index of a stored weight. */
export const indexElement = ({ of }: Pick<Sparsity, 'of'>): Element => ({
  kind: 'int',
  bits: Math.log2(of),
  signed: false,
});

/** A pattern of sparsity as a template argument. */
export const sparse = (sparsity: Sparsity): TemplateArgument => ({
  kind: 'sparse',
  keep: sparsity.keep,
  of: sparsity.of,
  share: sharing(sparsity),
});

/** Hardware that parts indices from `ports` streams of words of `bits` for `weights` weights each. */
export function indexHardware(sparsity: Sparsity | undefined, ports: number, bits: number, weights: number): Hardware {
  if (sparsity === undefined) return [];
  const { batch, words } = indexWords(bits / 8, weights, sparsity);
  const own = (weights / sharing(sparsity)) * Math.log2(sparsity.of);
  return [
    registers('indices of weights', ports * words * bits),
    ...(batch > 1 ? [mux('indices of a word', ports, own, batch)] : []),
    loops(ports),
  ];
}

/**
 * Hardware of `pairs` pairs of sums of neighbouring outputs whose activations a multiplexer chooses: those that keep different
 * channels share no activation, so each has a multiplier of its own.
 */
export function sparsePairs(
  sparsity: Sparsity,
  pairs: number,
  a: Element,
  w: Element,
  most: number,
): ReturnType<typeof runningPairs> {
  const chosen = mux('activation that an index chooses', (2 * pairs) / sharing(sparsity), bitsOf(a), sparsity.of);
  if (sparsity.pairs) {
    const own = runningPairs(pairs, a, w, most);
    return { ...own, parts: [...own.parts, chosen] };
  }
  if (a.kind === 'float' || w.kind === 'float') throw new Error('weights in fp32 leave none out');
  const single = a.bits + w.bits + ceilLog2(most) + 1;
  return {
    sums: 2 * single,
    part: undefined,
    parts: [multiplier('one product and its sum per DSP', 2 * pairs, a.bits + 1, w.bits, 'sum', 'dsp'), chosen],
  };
}

/** Whether two tokens share the multiplier of a weight of an output with activations of its own (TokenPair in linear_blocks.hpp). */
export function byTokens(sparsity: Sparsity, tp: number, a: Element, w: Element, most: number): boolean {
  if (sparsity.pairs || tp % 2 !== 0 || a.kind === 'float') return false;
  return a.signed || runningPairs(1, w, a, most).part !== undefined;
}

/** Hardware of `pairs` pairs of sums of two tokens that share a weight. */
export function tokenPairs(
  sparsity: Sparsity,
  pairs: number,
  a: Element,
  w: Element,
  most: number,
): ReturnType<typeof runningPairs> {
  const own = runningPairs(pairs, w, a, most);
  return { ...own, parts: [...own.parts, mux('activation that an index chooses', 2 * pairs, bitsOf(a), sparsity.of)] };
}

/** Hardware that parts scales from `ports` streams of words of `bits`, and that multiplies `lanes` sums of groups by them. */
export function groupHardware(
  { activation, weight, group }: { activation: Element; weight: Element; group: number | undefined },
  ports: number,
  bits: number,
  lanes: number,
  totals: number,
  channels: number,
): Hardware {
  if (group === undefined || activation.kind === 'float' || weight.kind === 'float') return [];
  const sum = bitsOf(accumulator(activation, weight, group));
  const total = bitsOf(accumulator(activation, summand(weight, group), channels));
  return [
    registers('scales of groups', ports * bits + totals * bitsOf(GROUP_SCALE)),
    multiplier('sums of groups times their scales', lanes, sum, bitsOf(GROUP_SCALE) + 1, 'one', 'lut'),
    accumulators('sums over groups', lanes, total),
    registers('sums over groups', totals * total),
    mux('sum of the cycle', lanes, total, totals / lanes),
    loops(ports),
  ];
}

/** Number format of the weights of an instance. */
export const weightsOf = ({ design, operations }: InstanceContext): WeightFormat =>
  commonFormat(
    design.recipe,
    operations.map(({ role }) => role),
  ).weights;

/** Multiply-accumulates of a matrix for `tokens` tokens. */
export function engineArithmetic(
  instance: InstanceContext,
  { role }: OperationContext,
  tokens: Expression,
  perCycle: number,
): Arithmetic {
  const { k, n } = matrixShape(instance.design.model, role as MatrixRole);
  return { macs: times(tokens, k * n), perCycle, element: weightElement(weightsOf(instance)) };
}

/** Prefill: those of WP columns for TP tokens at once. */
export const tokenArithmetic = (instance: InstanceContext, operation: OperationContext): Arithmetic =>
  engineArithmetic(
    instance,
    operation,
    times(BLOCKS, instance.design.tp),
    instance.design.tp * numberParam(instance.params, 'wp'),
  );

/** Prefill: accumulators, or fp32 results, of TP tokens side by side, as wide as the largest matrix of the engine asks. */
export const tokenResults = (
  { model, recipe }: DesignContext,
  role: string,
  { type, activation, weight, group }: ReturnType<typeof expectActivations>,
  roles: readonly string[],
): StreamType => ({
  ...type,
  tensor: role as LinearRole,
  element: accumulator(activation, summand(weight, group), maxStored(model, recipe, roles)),
  extent: { kind: 'channels', channels: linearShape(model, role as LinearRole).n },
});

/** Decode: the order in which the lanes carry the output channels. */
export const OUTPUT_ORDER: ParamSpec = {
  id: 'order',
  shapes: 'order',
  label: 'Output order',
  short: '',
  help: 'blocked: lane i computes a contiguous run of output channels. interleaved: neighbouring output channels lie in neighbouring lanes.',
  default: 'blocked',
  choices: () => ['blocked', 'interleaved'],
};

/**
 * Hardware of `pairs` running pairs of sums of at most `most` products (RunningPair in linear_slices.hpp): bits that a pair
 * takes, and those of a sum that has to be parted from its neighbour, where both grow in one DSP; in logic for ternary weights.
 */
export function runningPairs(
  pairs: number,
  a: Element,
  w: Element,
  most: number,
): { readonly parts: Hardware; readonly sums: number; readonly part: number | undefined } {
  if (a.kind === 'float' || w.kind === 'float')
    return {
      sums: 2 * 64,
      part: undefined,
      parts: [
        fp32('mul', 2 * pairs, 'products'),
        fixed('to', 2 * pairs, 'products in fixed point'),
        accumulators('sums in fixed point', 2 * pairs, 64),
      ],
    };
  if (isTernary(w)) return ternaryPairs(pairs, a, most);
  const shift = a.bits + w.bits + ceilLog2(most);
  const operand = shift + w.bits + 1;
  const packing = adder('packing of weights', pairs, w.bits + 1);
  if (operand <= 27 && 2 * shift <= 48)
    return {
      sums: 2 * shift,
      part: shift,
      parts: [multiplier('two products and their sums per DSP', pairs, a.bits + 1, operand, 'sums', 'dsp'), packing],
    };
  const single = shift + 1;
  const both = multiplier('two products per DSP', pairs, a.bits + 1, 2 * w.bits + a.bits + 1, 'two', 'dsp');
  return { sums: 2 * single, part: undefined, parts: [both, packing, accumulators('sums', 2 * pairs, single)] };
}
