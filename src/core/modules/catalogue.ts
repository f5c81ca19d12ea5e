import type { Instance, StageName } from '../design/types.ts';
import { add } from './add.ts';
import { attentionScores } from './attention-scores.ts';
import { attentionValues } from './attention-values.ts';
import { causalMask } from './causal-mask.ts';
import { dequantize } from './dequantize.ts';
import { embedding } from './embedding.ts';
import { fork } from './fork.ts';
import { hadamard } from './hadamard.ts';
import { hiddenRead } from './hidden-read.ts';
import { hiddenWrite } from './hidden-write.ts';
import { kvCacheWrite } from './kv-cache-write.ts';
import { laneAdapter } from './lane-adapter.ts';
import { linearDecode } from './linear-decode.ts';
import { linearPrefill } from './linear-prefill.ts';
import { linearBlocks } from './linear-blocks.ts';
import { linearSlices } from './linear-slices.ts';
import { memoryProjection } from './memory-projection.ts';
import { memorySearch } from './memory-search.ts';
import { memoryWrite } from './memory-write.ts';
import { multiply } from './multiply.ts';
import { quantizeStatic } from './quantize-static.ts';
import { quantize } from './quantize.ts';
import { rmsNorm } from './rms-norm.ts';
import { rope } from './rope.ts';
import { sampler } from './sampler.ts';
import { scaleStatic } from './scale-static.ts';
import { segmentState } from './segment-state.ts';
import { silu } from './silu.ts';
import { softmax } from './softmax.ts';
import { splitGateUp } from './split-gate-up.ts';
import { splitQkv } from './split-qkv.ts';
import type { ModuleEntry } from './types.ts';

/** Every module of the product, in the order of the palette. To add a module is to add its entry here, a header and a test. */
export const CATALOGUE: readonly ModuleEntry[] = [
  embedding,
  hiddenRead,
  hiddenWrite,
  rmsNorm,
  linearPrefill,
  linearDecode,
  linearSlices,
  linearBlocks,
  quantize,
  dequantize,
  hadamard,
  rope,
  quantizeStatic,
  kvCacheWrite,
  attentionScores,
  scaleStatic,
  causalMask,
  softmax,
  attentionValues,
  silu,
  multiply,
  add,
  sampler,
  fork,
  splitQkv,
  splitGateUp,
  laneAdapter,
  segmentState,
  memoryProjection,
  memorySearch,
  memoryWrite,
];

const BY_ID = new Map(CATALOGUE.map((entry) => [entry.id, entry]));

export function moduleById(id: string): ModuleEntry | undefined {
  return BY_ID.get(id);
}

/** Modules that may stand on a canvas. */
export function modulesFor(stage: StageName): readonly ModuleEntry[] {
  return CATALOGUE.filter((entry) => entry.stages.includes(stage));
}

/** Modules that read no stream: from them data enter a canvas, the first tokens of all by the first. */
export const sourcesFor = (stage: StageName): readonly ModuleEntry[] =>
  modulesFor(stage).filter(({ inputs }) => inputs.length === 0);

/** Parameter values of an instance with the defaults of those it does not set. */
export function paramsOf(entry: ModuleEntry, params: Instance['params']): Instance['params'] {
  return Object.fromEntries(entry.params.map((param) => [param.id, params[param.id] ?? param.default]));
}

/** An input as the card names it. */
export const inputLabel = (entry: ModuleEntry, port: string): string =>
  entry.inputs.find(({ id }) => id === port)?.label ?? port;

/** The module that copies a stream, for outputs that several inputs read. */
export const copierFor = (stage: StageName): ModuleEntry | undefined =>
  modulesFor(stage).find((entry) => entry.copies !== undefined);

/** Whether a port's name says no more than which way it leads. */
export const isPlainPort = (port: string): boolean => port === 'in' || port === 'out';
