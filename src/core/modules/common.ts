import type { ParamValue } from '../design/types.ts';
import { type Architecture, type LinearRole, linearShape } from '../models/architecture.ts';
import type { ImageLayout, ImageSegment, Lanes } from '../models/manifest.ts';
import { linearRecipe, type Recipe, type WeightFormat } from '../models/recipe.ts';
import { BLOCKS, constant, type Expr, LAYER, LENGTH, plus, type Run, times } from './expr.ts';
import {
  type Arg,
  type Depths,
  type DesignContext,
  type Element,
  type MemorySpec,
  type OperationContext,
  type ProcessSpec,
  Refusal,
  type StreamType,
} from './types.ts';

export const FLOAT: Element = { kind: 'float' };
export const INT8: Element = { kind: 'int', bits: 8, signed: true };
export const UINT8: Element = { kind: 'int', bits: 8, signed: false };

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

/** C++ name of an element type. */
export function cppElement(element: Element): string {
  return element.kind === 'float' ? 'float' : `ap_${element.signed ? '' : 'u'}int<${element.bits}>`;
}

export function cppVector(element: Element, lanes: number): string {
  return `flexllm::Vec<${cppElement(element)}, ${lanes}>`;
}

export function cppOrder(order: StreamType['order']): string {
  return `flexllm::Order::${order === 'interleaved' ? 'interleaved' : 'blocked'}`;
}

/** C++ type of the vectors of a stream. */
export function cppStream(type: StreamType): string {
  return type.extent.kind === 'scales' ? 'flexllm::Vec<float, 2>' : cppVector(type.element, type.lanes);
}

/** Bytes of a memory word of n elements, a power of two; see WordFor in docs/runtime.md. */
export function wordBytes(element: Element, n: number): number {
  const bits = element.kind === 'float' ? 32 : element.bits <= 4 ? 4 : 8;
  return powerOfTwo(Math.ceil((bits * n) / 8));
}

export function cppWord(element: Element, n: number): string {
  return `flexllm::WordFor<${cppElement(element)}, ${n}>`;
}

/** Depth of one multiply-accumulate: integers, or fp32 products into a fixed-point sum that returns to fp32. */
export function macDepth(element: Element, depths: Depths): number {
  return element.kind === 'int'
    ? depths.integerMultiply + depths.integerAdd
    : depths.multiply + 2 * depths.convert + depths.integerAdd;
}

/** Element of quantized weights. */
export function weightElement(format: WeightFormat): Element {
  return format === 'fp32' ? FLOAT : { kind: 'int', bits: format === 'int8' ? 8 : 4, signed: true };
}

/** Element that a weight matrix expects of its activations. */
export function activationElement(recipe: Recipe, role: LinearRole): Element {
  const format = linearRecipe(recipe, role).activations;
  return format === 'fp32' ? FLOAT : { kind: 'int', bits: format.bits, signed: format.symmetric };
}

export function attentionElement(recipe: Recipe): Element {
  return recipe.attention === 'fp32' ? FLOAT : INT8;
}

export function probabilityElement(recipe: Recipe): Element {
  return recipe.attention === 'fp32' ? FLOAT : UINT8;
}

/** Accumulator of a sum of maxK products; AccFor in C++. */
export function accumulator(a: Element, w: Element, maxK: number): Element {
  if (a.kind === 'float' || w.kind === 'float') return FLOAT;
  return { kind: 'int', bits: a.bits + w.bits + ceilLog2(maxK) + 1, signed: true };
}

/** Name of the tensor that a weight matrix multiplies. */
export function linearInput(recipe: Recipe, role: LinearRole): string {
  switch (role) {
    case 'q_proj':
    case 'k_proj':
    case 'v_proj':
      return 'attn_norm';
    case 'o_proj':
      return 'attn';
    case 'gate_proj':
    case 'up_proj':
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

/** Largest input width over the given weight matrices. */
export function maxInput(model: Architecture, roles: readonly string[]): number {
  return Math.max(...roles.map((role) => linearShape(model, role as LinearRole).k));
}

/** Number format shared by all weight matrices of an instance; refuses a mixture. */
export function commonFormat(recipe: Recipe, roles: readonly string[]): { weights: WeightFormat; activation: Element } {
  const [first, ...rest] = roles.map((role) => ({
    role,
    weights: linearRecipe(recipe, role as LinearRole).weights,
    activation: activationElement(recipe, role as LinearRole),
  }));
  if (!first) throw new Refusal('The instance has no operation; add one from its menu or delete the instance.');
  for (const other of rest) {
    if (other.weights !== first.weights || !sameElement(other.activation, first.activation)) {
      throw new Refusal(
        `${first.role} (${first.weights} x ${elementName(first.activation)}) and ${other.role} (${other.weights} x ${elementName(other.activation)}) have different number formats and cannot share an engine; give them engines of their own or the same format in the recipe.`,
      );
    }
  }
  return { weights: first.weights, activation: first.activation };
}

/** Vectors that carry `channels` channels of one token over `lanes` lanes. */
export const steps = (channels: number, lanes: number): number => ceilDiv(channels, lanes);

const vectorCounts = new WeakMap<StreamType, { readonly tp: number; readonly expr: Expr }>();

/** Vectors of a stream in one pass. */
export function vectors(type: StreamType, tp: number): Expr {
  const known = vectorCounts.get(type);
  if (known?.tp === tp) return known.expr;
  const expr = countVectors(type, tp);
  vectorCounts.set(type, { tp, expr });
  return expr;
}

function countVectors(type: StreamType, tp: number): Expr {
  const prefill = type.order === 'tokens';
  switch (type.extent.kind) {
    case 'scales':
      return prefill ? times(BLOCKS, tp) : constant(1);
    case 'channels':
      return prefill ? times(BLOCKS, type.extent.channels) : constant(steps(type.extent.channels, type.lanes));
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
  tensor: string,
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
  if (!type) throw new Refusal(`Nothing is connected to input '${port}'; connect a stream to it.`, { port });
  return type;
}

/** Refuses an input whose elements are not of the expected type. */
export function expectElement(type: StreamType, element: Element, port: string, hint: string): void {
  if (!sameElement(type.element, element)) {
    throw new Refusal(
      `Input '${port}' needs ${elementName(element)} but ${type.tensor} arrives as ${elementName(type.element)}; ${hint}.`,
      { port },
    );
  }
}

export function numberParam(params: Readonly<Record<string, ParamValue>>, id: string): number {
  const value = params[id];
  if (typeof value !== 'number') throw new Refusal(`Parameter ${id} must be a number.`, { param: id });
  return value;
}

export const int = (name: string, of: (operation: OperationContext) => Expr | number): Arg => ({
  kind: 'value',
  type: 'int',
  name,
  of: (operation) => {
    const value = of(operation);
    return typeof value === 'number' ? constant(value) : value;
  },
});

export const port = (id: string): Arg => ({ kind: 'port', port: id });
export const wire = (name: string, index?: number): Arg =>
  index === undefined ? { kind: 'wire', wire: name } : { kind: 'wire', wire: name, index };
export const memory = (name: string): Arg => ({ kind: 'memory', memory: name });

export interface Burst {
  readonly offset: Expr | number;
  readonly count: Expr | number;
  readonly inner?: Expr | number;
  readonly blocks?: Expr | number;
  readonly stride?: Expr | number;
  readonly outer?: Expr | number;
}

const asExpr = (value: Expr | number | undefined, otherwise: number): Expr =>
  value === undefined ? constant(otherwise) : typeof value === 'number' ? constant(value) : value;

type Loops = { readonly [Part in keyof Required<Burst>]: Expr };

/** A burst as expressions, derived once per operation. */
function loopsOf(burst: (operation: OperationContext) => Burst): (operation: OperationContext) => Loops {
  const known = new Map<OperationContext, Loops>();
  return (operation) => {
    let loops = known.get(operation);
    if (!loops) {
      const b = burst(operation);
      loops = {
        offset: asExpr(b.offset, 0),
        count: asExpr(b.count, 0),
        inner: asExpr(b.inner, 1),
        blocks: asExpr(b.blocks, 1),
        stride: asExpr(b.stride, 0),
        outer: asExpr(b.outer, 1),
      };
      known.set(operation, loops);
    }
    return loops;
  };
}

/** One burst for the readers of many ports: derived once for all of them. */
export const sharedBurst = (burst: (operation: OperationContext) => Burst): ((operation: OperationContext) => Burst) =>
  loopsOf(burst);

/** A process that reads bursts of memory into a stream: for outer, blocks, inner, count. */
export function reader(
  name: string,
  memoryName: string,
  word: string,
  to: Arg,
  burst: (operation: OperationContext) => Burst,
  roles?: readonly string[],
): ProcessSpec {
  const loops = loopsOf(burst);
  const bursts = (operation: OperationContext, run: Run): number => {
    const { inner, blocks, outer } = loops(operation);
    return inner.value(run) * blocks.value(run) * outer.value(run);
  };
  return {
    name,
    header: 'memory',
    call: `read_words<${word}>`,
    args: [
      memory(memoryName),
      to,
      int('offset', (operation) => loops(operation).offset),
      int('count', (operation) => loops(operation).count),
      int('inner', (operation) => loops(operation).inner),
      int('blocks_', (operation) => loops(operation).blocks),
      int('stride', (operation) => loops(operation).stride),
      int('outer', (operation) => loops(operation).outer),
    ],
    cycles: (operation, run) => loops(operation).count.value(run) * bursts(operation, run),
    // One burst per innermost loop: the next one is requested when the last has arrived.
    fill: (operation, run, depths) => ({ depth: depths.loop + depths.memoryRead, entries: bursts(operation, run) }),
    ...(roles ? { roles } : {}),
  };
}

/** Segments of an image for the distinct roles of an instance, in the order of its operations. */
export function segmentsFor(
  operations: readonly OperationContext[],
  layers: (role: string) => number,
  words: (operation: OperationContext) => number,
): ImageSegment[] {
  const segments = new Map<string, ImageSegment>();
  for (const operation of operations) {
    if (!segments.has(operation.role)) {
      segments.set(operation.role, {
        role: operation.role as ImageSegment['role'],
        layers: layers(operation.role),
        words: words(operation),
      });
    }
  }
  return [...segments.values()];
}

/** Address in words of the current layer of a role in an image. */
export function segmentOffset(segments: readonly ImageSegment[], role: string): Expr {
  let base = 0;
  for (const segment of segments) {
    if (segment.role === role) return segment.layers > 1 ? plus(base, times(LAYER, segment.words)) : constant(base);
    base += segment.words * segment.layers;
  }
  throw new Error(`no segment for ${role}`);
}

export function imageMemory(
  name: string,
  word: string,
  bytes: number,
  layout: ImageLayout,
  segments: readonly ImageSegment[],
): MemorySpec {
  return { name, word, wordBytes: bytes, direction: 'read', content: { kind: 'image', layout, segments } };
}

/** Layers for which a weight role exists. */
export function roleLayers(model: Architecture, role: string): number {
  return role === 'lm_head' || role === 'final_norm' ? 1 : model.layers;
}
