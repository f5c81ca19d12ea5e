/** What a row of slices is made for: its sizes, its words and what it refuses. */
import { bytesOf, type Element, wordType } from '../ir/cpp-type.ts';
import { type Architecture, isFused, type MatrixRole, matrixShape, matrixSteps } from '../models/architecture.ts';
import { linearRecipe, patternText, type Sparsity, storedChannels } from '../models/recipe.ts';
import { wordsWithScales } from '../models/weight-groups.ts';
import { wordsWithIndices } from '../models/weight-indices.ts';
import { ceilDiv, commonFormat, maxInput, numberParam, steps, weightElement } from './common.ts';
import { found } from './diagnostics.ts';
import { activations, type Buffer } from './hardware.ts';
import { mixesHeads, queryMemories } from './heads.ts';
import { expectTime } from './linear-engine.ts';
import { type DesignContext, type InstanceContext, Refusal, type StreamType } from './types.ts';

/** A matrix as the slices work on it. */
export interface Sizes {
  readonly inSteps: number;
  /** Whether zeros are skipped. */
  readonly sparse: boolean;
  /** Words of a tile: KP stored input channels each. */
  readonly steps: number;
  /** Vectors of WP outputs. */
  readonly outSteps: number;
  /** Rounds of all slices, the last one perhaps of some only. */
  readonly tiles: number;
}

/** What an instance is made for. */
export interface Engine {
  readonly slices: number;
  readonly wp: number;
  readonly kp: number;
  readonly type: StreamType;
  readonly out: StreamType;
  readonly activation: Element;
  readonly weight: Element;
  /** Input channels that share a scale. */
  readonly group: number | undefined;
  readonly sparsity: Sparsity | undefined;
  /** Some matrices are dense although others leave out zeros. */
  readonly mixed: boolean;
  /** Input channels that arrive for a stored one. */
  readonly ratio: number;
  /** Words of a tile, those of scales and of indices among them. */
  readonly words: (role: string) => number;
  /** Words of weights and indices of a group, or of a tile without groups. */
  readonly run: (role: string) => number;
  /** Of the largest matrix: input channels with padding, those that are stored, and steps of a tile, or of a group. */
  readonly mostChannels: number;
  readonly mostStored: number;
  readonly mostSteps: number;
  readonly size: (role: string) => Sizes;
}

/** Input channels, with padding, of which a matrix stores weights. */
export const paddedStored = ({ model, recipe }: DesignContext, role: string, lanes: number): number => {
  const { k } = matrixShape(model, role as MatrixRole);
  return storedChannels(linearRecipe(recipe, role as MatrixRole), steps(k, lanes) * lanes);
};

export function engineOf({ design, params, operations }: InstanceContext): Engine | undefined {
  const type = operations[0]?.inputs['in'];
  const out = operations[0]?.outputs['out'];
  if (!type || !out) return undefined;
  const roles = operations.map((operation) => operation.role);
  const format = commonFormat(design.recipe, roles);
  const slices = numberParam(params, 'slices');
  const wp = numberParam(params, 'wp');
  const kp = numberParam(params, 'kp');
  const mostChannels = steps(maxInput(design.model, roles), type.lanes) * type.lanes;
  const weight = weightElement(format.weights);
  const { group, sparsity, mixed } = format;
  const ratio = sparsity === undefined ? 1 : sparsity.of / sparsity.keep;
  const size = (role: string): Sizes => {
    const { k } = matrixShape(design.model, role as MatrixRole);
    const skips = linearRecipe(design.recipe, role as MatrixRole).sparsity !== undefined;
    const inSteps = steps(k, type.lanes);
    const outSteps = matrixSteps(design.model, role as MatrixRole, wp);
    const perStep = kp * (skips ? ratio : 1);
    return {
      inSteps,
      sparse: skips,
      steps: (inSteps * type.lanes) / perStep,
      outSteps,
      tiles: ceilDiv(outSteps, slices),
    };
  };
  const bytes = bytesOf(wordType(weight, wp * kp));
  const run = (role: string): number => {
    const own = group === undefined ? size(role).steps : group / kp;
    return sparsity && size(role).sparse ? wordsWithIndices(own, bytes, wp * kp, sparsity) : own;
  };
  return {
    slices,
    wp,
    kp,
    type,
    out,
    activation: format.activation,
    weight,
    group,
    sparsity,
    mixed,
    ratio,
    run,
    words: (role) => {
      const groups = group === undefined ? 1 : (size(role).steps * kp) / group;
      return group === undefined ? run(role) : wordsWithScales(run(role) * groups, groups, bytes, wp);
    },
    mostChannels,
    mostStored: Math.max(...roles.map((role) => size(role).steps * kp)),
    mostSteps: group === undefined ? Math.max(...roles.map((role) => size(role).steps)) : group / kp,
    size,
  };
}

/** Refuses groups of input channels that do not arrive one after the other, or too fast. */
export function expectGroups(
  design: DesignContext,
  type: StreamType,
  group: number,
  wp: number,
  kp: number,
  role: string,
  ratio: number,
): void {
  const { lanes, order } = type;
  if (lanes > 1 && (order !== 'interleaved' || (group * ratio) % lanes !== 0))
    throw new Refusal(found('groups-scattered', { group, lanes, order }), { port: 'in' });
  expectTime(group, group / kp, wp, wp / 2, 'wp');
  if (role === 'o_proj') expectHeads(design, group * ratio);
}

/** Refuses groups of `group` channels of query heads that their order in decode parts. */
function expectHeads(design: DesignContext, group: number): void {
  const memories = queryMemories(design);
  if (memories === undefined || !mixesHeads(design.model, memories, group)) return;
  const { heads, headDim } = design.model;
  const span = (heads / memories) * headDim;
  throw new Refusal(found('groups-of-heads', { group, headDim, span }), { port: 'in' });
}

/** Refuses blocks of channels that do not arrive in one cycle, and pairs of outputs that are not computed side by side. */
export function expectBlocks(
  design: DesignContext,
  type: StreamType,
  sparsity: Sparsity,
  kp: number,
  role: string,
  outputs: unknown,
): void {
  const { lanes, order } = type;
  const { keep, of, pairs } = sparsity;
  const pattern = patternText(sparsity);
  if (order !== 'interleaved')
    throw new Refusal(found('sparsity-scattered', { pattern, of, lanes, order }), { port: 'in' });
  const side = (kp / keep) * of;
  if (kp % keep !== 0 || lanes % side !== 0)
    throw new Refusal(found('sparsity-channels', { lanes, kp, keep, side }), { param: 'kp' });
  if (pairs && outputs !== 'interleaved') throw new Refusal(found('sparsity-outputs', { pattern }), { param: 'order' });
  if (role === 'o_proj') expectHeads(design, of);
}

/** Channels of the results: matrices that are multiplied as one fill whole vectors each. */
export const resultChannels = (model: Architecture, role: MatrixRole, wp: number): number =>
  isFused(role) ? matrixSteps(model, role, wp) * wp : matrixShape(model, role).n;

/** Tiles that a slice works on: those behind the last output are not computed. */
export const ownTiles = ({ outSteps }: Sizes, slices: number, index: number): number =>
  Math.max(0, ceilDiv(outSteps - index, slices));

/** Vectors that the first `count` slices make. */
export const vectorsOf = ({ outSteps }: Sizes, slices: number, count: number): number =>
  Math.floor(outSteps / slices) * count + Math.min(outSteps % slices, count);

export const sliceCycles = ({ steps: words, tiles }: Sizes, wp: number): number =>
  (tiles - 1) * Math.max(words, wp / 2) + words + wp / 2;

/** The token of at most `most` channels, sent once per tile. */
export const held = ({ type, mostChannels }: Engine): Buffer =>
  activations(mostChannels / type.lanes, type.lanes, type.element);
