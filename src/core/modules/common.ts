import { cacheBeside } from '../design/cache.ts';
import type { ParamValue } from '../design/types.ts';
import { order, type TemplateArgument } from '../ir/call.ts';
import { type CppType, type Element, FLOAT, INT4, INT8, memoryBits, UINT8, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, type Expression, LENGTH, times } from '../ir/expression.ts';
import type { Depths } from '../ir/timing.ts';
import {
  type Architecture,
  FUSED_ROLES,
  type FusedRole,
  type LinearRole,
  type MatrixRole,
  matrixShape,
} from '../models/architecture.ts';
import type { Lanes } from '../models/manifest.ts';
import {
  cacheBits,
  type LinearRecipe,
  linearRecipe,
  patternText,
  type Recipe,
  type Sparsity,
  storedChannels,
  type WeightFormat,
} from '../models/recipe.ts';
import { found } from './diagnostics.ts';
import type { Tensor } from './tensors.ts';
import { type Arg, type DesignContext, type OperationContext, Refusal, type StreamType } from './types.ts';

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
export const ceilLog2 = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1));
export const powerOfTwo = (n: number): number => 2 ** ceilLog2(n);

/** Floats in a memory word for a stream of `lanes` floats: a word is a power of two and at most 64 bytes. */
export const floatsPerWord = (lanes: number): number => Math.min(16, powerOfTwo(lanes));
export const isPowerOfTwo = (n: number): boolean => n > 0 && 2 ** ceilLog2(n) === n;

/** All divisors of n, ascending. */
export function divisors(n: number): number[] {
  const result: number[] = [];
  for (let d = 1; d <= n; d += 1) if (n % d === 0) result.push(d);
  return result;
}

export function elementName(element: Element): string {
  return element.kind === 'float' ? 'fp32' : `${element.signed ? 'int' : 'uint'}${element.bits}`;
}

export function sameElement(a: Element, b: Element): boolean {
  return elementName(a) === elementName(b);
}

/** The channel order of a stream as a template argument; prefill streams count as blocked. */
export const orderOf = (type: Pick<StreamType, 'order'>): TemplateArgument =>
  order(type.order === 'interleaved' ? 'interleaved' : 'blocked');

/** Scale and zero point of a token, as a `scales` stream carries them. */
const SCALES = vectorType(FLOAT, 2);

/** The vectors of a stream. */
export const vectorOf = (type: StreamType): CppType =>
  type.extent.kind === 'scales' ? SCALES : vectorType(type.element, type.lanes);

/** Bytes of a memory word of n elements, a power of two; see WordFor in docs/runtime.md. */
export function wordBytes(element: Element, n: number): number {
  return powerOfTwo(Math.ceil((memoryBits(element) * n) / 8));
}

/** Depth of one multiply-accumulate: integers, or fp32 products into a fixed-point sum that returns to fp32. */
export function macDepth(element: Element, depths: Depths): number {
  return element.kind === 'int'
    ? depths.integerMultiply + depths.integerAdd
    : depths.multiply + 2 * depths.convert + depths.integerAdd;
}

const WEIGHT_BITS: Readonly<Record<Exclude<WeightFormat, 'fp32'>, number>> = {
  int8: 8,
  int6: 6,
  int4: 4,
  int2: 3,
  ternary: 2,
};

/** Element of quantized weights. Those of two bits are the odd numbers of three. */
export function weightElement(format: WeightFormat): Element {
  return format === 'fp32' ? FLOAT : { kind: 'int', bits: WEIGHT_BITS[format], signed: true };
}

/** Bits of a scale of a group of input channels. */
const GROUP_BITS = 4;

/** What an engine adds up: weights, or weights times the scales of their groups. */
export const summand = (weight: Element, group: number | undefined): Element =>
  group === undefined || weight.kind === 'float' ? weight : { ...weight, bits: weight.bits + GROUP_BITS };

/** A scale of a group of input channels; GroupScale in C++. */
export const GROUP_SCALE: Element = { kind: 'int', bits: GROUP_BITS, signed: false };

/** Element that a weight matrix expects of its activations. */
export function activationElement(recipe: Recipe, role: MatrixRole): Element {
  const format = linearRecipe(recipe, role).activations;
  return format === 'fp32' ? FLOAT : { kind: 'int', bits: format.bits, signed: format.symmetric };
}

export function attentionElement(recipe: Recipe): Element {
  return recipe.attention === 'fp32' ? FLOAT : INT8;
}

/** Keys and values as the KV cache keeps them. Keys are multiplied as they are, values are 8 bits again behind the ports. */
export const storedElement = (recipe: Recipe): Element => (cacheBits(recipe) === 4 ? INT4 : attentionElement(recipe));

export function probabilityElement(recipe: Recipe): Element {
  return recipe.attention === 'fp32' ? FLOAT : UINT8;
}

/** Accumulator of a sum of maxK products; AccFor in C++. */
export function accumulator(a: Element, w: Element, maxK: number): Element {
  if (a.kind === 'float' || w.kind === 'float') return FLOAT;
  return { kind: 'int', bits: a.bits + w.bits + ceilLog2(maxK) + 1, signed: true };
}

/** Name of the tensor that a weight matrix multiplies. */
export function linearInput(recipe: Recipe, role: MatrixRole): Tensor {
  switch (role) {
    case 'q_proj':
    case 'k_proj':
    case 'v_proj':
    case 'qkv_proj':
      return 'attn_norm';
    case 'o_proj':
      return 'attn';
    case 'gate_proj':
    case 'up_proj':
    case 'gate_up_proj':
      return 'ffn_norm';
    case 'down_proj':
      return recipe.downHadamard ? 'ffn_rotated' : 'ffn_mid';
    case 'lm_head':
      return 'final_norm';
  }
}

/** Weight matrices that a stage computes. */
export function linearRoles(stage: DesignContext['stage']): readonly LinearRole[] {
  const layer: LinearRole[] = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
  return stage === 'prefill' ? layer : [...layer, 'lm_head'];
}

/** What an engine of decode may multiply as one besides. */
export const fusedRoles = (stage: DesignContext['stage']): readonly FusedRole[] =>
  stage === 'decode' ? (Object.keys(FUSED_ROLES) as FusedRole[]) : [];

/** Largest input width over the given weight matrices. */
export function maxInput(model: Architecture, roles: readonly string[]): number {
  return Math.max(...roles.map((role) => matrixShape(model, role as MatrixRole).k));
}

/** Most input channels, over the given weight matrices, of which a weight is stored. */
export function maxStored(model: Architecture, recipe: Recipe, roles: readonly string[]): number {
  return Math.max(
    ...roles.map((role) => {
      const { k } = matrixShape(model, role as MatrixRole);
      return storedChannels(linearRecipe(recipe, role as MatrixRole), k);
    }),
  );
}

const weightsText = ({ weights, group, sparsity }: Pick<LinearRecipe, 'weights' | 'group' | 'sparsity'>): string =>
  `${sparsityText(sparsity)}${group === undefined ? weights : `${weights} in groups of ${group}`}`;

/** A pattern in front of what it is of: '2:4 '. */
const sparsityText = (sparsity: Sparsity | undefined): string =>
  sparsity === undefined ? '' : `${patternText(sparsity)}${sparsity.pairs ? ' by pairs' : ''} `;

/**
 * Number format shared by all weight matrices of an instance; refuses a mixture. Sparsity is that of the matrices that have
 * one, which may be `mixed` with dense ones.
 */
export function commonFormat(
  recipe: Recipe,
  roles: readonly string[],
): {
  weights: WeightFormat;
  activation: Element;
  group: number | undefined;
  sparsity: Sparsity | undefined;
  mixed: boolean;
} {
  const [first, ...rest] = roles.map((role) => ({
    role,
    weights: linearRecipe(recipe, role as MatrixRole).weights,
    group: linearRecipe(recipe, role as MatrixRole).group,
    sparsity: linearRecipe(recipe, role as MatrixRole).sparsity,
    activation: activationElement(recipe, role as MatrixRole),
  }));
  if (!first) throw new Refusal(found('no-operation', {}));
  const sparse = [first, ...rest].find(({ sparsity }) => sparsity !== undefined) ?? first;
  for (const other of rest) {
    if (
      (other.sparsity !== undefined && sparsityText(other.sparsity) !== sparsityText(sparse.sparsity)) ||
      other.weights !== first.weights ||
      other.group !== first.group ||
      !sameElement(other.activation, first.activation)
    ) {
      throw new Refusal(
        found('formats-differ', {
          first: (other.sparsity ? sparse : first).role,
          firstWeights: weightsText(other.sparsity ? sparse : first),
          firstElement: elementName(first.activation),
          second: other.role,
          secondWeights: weightsText(other),
          secondElement: elementName(other.activation),
        }),
      );
    }
  }
  const { weights, activation, group } = first;
  const { sparsity } = sparse;
  const mixed = sparsity !== undefined && [first, ...rest].some((role) => role.sparsity === undefined);
  return { weights, activation, group, sparsity, mixed };
}

/** Element of the weights of an engine without operations, or of all of its operations; undefined for a mixture, which is refused elsewhere. */
export function engineWeight(recipe: Recipe, roles: readonly string[]): Element | undefined {
  const formats = new Set(
    (roles.length > 0 ? roles : ['q_proj']).map((role) => linearRecipe(recipe, role as MatrixRole).weights),
  );
  const [format] = formats;
  return format === undefined || formats.size > 1 ? undefined : weightElement(format);
}

/** Vectors that carry `channels` channels of one token over `lanes` lanes. */
export const steps = (channels: number, lanes: number): number => ceilDiv(channels, lanes);

const lastCount = cacheBeside<StreamType, { readonly tp: number; readonly count: Expression }>();

/** Vectors of a stream in one pass. */
export function vectors(type: StreamType, tp: number): Expression {
  const place = lastCount(type);
  if (place.value?.tp === tp) return place.value.count;
  const count = countVectors(type, tp);
  place.value = { tp, count };
  return count;
}

function countVectors(type: StreamType, tp: number): Expression {
  const prefill = type.order === 'tokens';
  switch (type.extent.kind) {
    case 'scales':
      return prefill ? times(BLOCKS, tp) : 1;
    case 'channels':
      return prefill ? times(BLOCKS, type.extent.channels) : steps(type.extent.channels, type.lanes);
    case 'keys':
      return prefill ? times(BLOCKS, type.extent.heads, LENGTH) : times(type.extent.heads / type.lanes, LENGTH);
  }
}

export function channelsOf(type: StreamType): number {
  if (type.extent.kind !== 'channels') throw new Error(`${type.tensor} has no channels`);
  return type.extent.channels;
}

/** The lanes of a decode stream as memory images describe them. */
export function lanesOf(type: StreamType): Lanes {
  if (type.order === 'tokens') throw new Error(`${type.tensor} is a prefill stream`);
  return { lanes: type.lanes, order: type.order };
}

/** Type of a tensor in this stage: prefill TP tokens, decode as given. */
export function channelStream(
  design: DesignContext,
  tensor: Tensor,
  element: Element,
  channels: number,
  lanes: Lanes,
): StreamType {
  return design.stage === 'prefill'
    ? { tensor, element, lanes: design.tp, order: 'tokens', extent: { kind: 'channels', channels } }
    : { tensor, element, lanes: lanes.lanes, order: lanes.order, extent: { kind: 'channels', channels } };
}

export function input(inputs: Readonly<Record<string, StreamType>>, port: string): StreamType {
  const type = inputs[port];
  if (!type) throw new Refusal(found('input-missing', { port }), { port });
  return type;
}

/** Refuses an input whose elements are not of the expected type. `remedy` says in a few words what to do: it ends the sentence. */
export function expectElement(type: StreamType, element: Element, port: string, remedy: string): void {
  if (!sameElement(type.element, element)) {
    throw new Refusal(
      found('element-differs', {
        port,
        needs: elementName(element),
        tensor: type.tensor,
        arrives: elementName(type.element),
        remedy,
      }),
      { port },
    );
  }
}

export function numberParam(params: Readonly<Record<string, ParamValue>>, id: string): number {
  const value = params[id];
  if (typeof value !== 'number') throw new Refusal(found('parameter-no-number', { parameter: id }), { param: id });
  return value;
}

const value =
  (type: Extract<Arg, { kind: 'value' }>['type']) =>
  (name: string, of: (operation: OperationContext) => Expression): Arg => ({ kind: 'value', type, name, of });

/** Arguments that are passed by value. */
export const int = value('int');
export const float = value('float');
export const unsigned = value('unsigned');

export const port = (id: string): Arg => ({ kind: 'port', port: id });

const wire =
  (access: 'read' | 'write') =>
  (name: string, index?: number): Arg =>
    index === undefined ? { kind: 'wire', wire: name, access } : { kind: 'wire', wire: name, access, index };

/** A stream inside the instance, or one of an array of them, that the process reads or writes. */
export const readsWire = wire('read');
export const writesWire = wire('write');

export const memory = (name: string): Arg => ({ kind: 'memory', memory: name });

/** Layers for which a weight role exists. */
export function roleLayers(model: Architecture, role: string): number {
  return role === 'lm_head' || role === 'final_norm' ? 1 : model.layers;
}
