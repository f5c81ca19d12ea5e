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
import type { Recipe, WeightFormat } from '../models/recipe.ts';
import {
  accumulator,
  ceilLog2,
  commonFormat,
  expectElement,
  GROUP_SCALE,
  input,
  linearInput,
  maxInput,
  numberParam,
  summand,
  weightElement,
} from './common.ts';
import { found } from './diagnostics.ts';
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
} {
  const type = input(inputs, 'in');
  const { weights, activation, group } = commonFormat(recipe, roles);
  expectElement(
    type,
    activation,
    'in',
    activation.kind === 'int' ? 'put a dynamic quantizer in front' : 'remove the quantizer in front',
  );
  return { type, activation, weight: weightElement(weights), group };
}

/** Refuses weights with scales of groups: for engines that take sums once per output. `engine` is what takes them. */
export function expectNoGroups(
  { recipe }: DesignContext,
  roles: readonly string[],
  role: string,
  engine: string,
): void {
  const { group } = commonFormat(recipe, roles);
  if (group !== undefined) throw new Refusal(found('groups-elsewhere', { role, group, engine }));
}

/** Refuses groups that are complete sooner than the sums of the last one are taken. */
export function expectTime(group: number, steps: number, outputs: number, needs: number, param: string): void {
  if (!Number.isInteger(steps) || steps < needs)
    throw new Refusal(found('groups-short', { group, steps: Math.floor(steps), outputs, needs }), { param });
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
  { model }: DesignContext,
  role: string,
  { type, activation, weight, group }: ReturnType<typeof expectActivations>,
  roles: readonly string[],
): StreamType => ({
  ...type,
  tensor: role as LinearRole,
  element: accumulator(activation, summand(weight, group), maxInput(model, roles)),
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
 * takes, and those of a sum that has to be parted from its neighbour, where both grow in one DSP.
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
