import type { Design } from '../design/types.ts';
import { linearRecipe, type WeightFormat } from '../models/recipe.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import { linearRoles } from '../modules/common.ts';
import { maxOf, sumOf } from './numbers.ts';

/**
 * The closed formulas of the FlexLLM paper (arXiv 2601.15710, latency and bandwidth of the two accelerators). They count
 * the multiplications of linear layers and attention only: no fill, no barriers, no softmax, no quantization. So they are
 * bounds that hardware does not reach; the published measurements are 1.15 and 1.5 times as long.
 */
export interface Bounds {
  /** Seconds of a prefill. */
  readonly prefill: (tokens: number) => number;
  /** Seconds of decoding `generate` tokens after `prompt` tokens. */
  readonly decode: (prompt: number, generate: number) => number;
  /** Bytes per second that the formulas ask of the memory. */
  readonly prefillBandwidth: number;
  readonly decodeBandwidth: number;
  /** Parallelism of the design in the words of the paper. */
  readonly parallelism: {
    readonly tp: number;
    readonly wpKqvo: number;
    readonly wpMha: number;
    readonly wpFfn: number;
    readonly wpDecode: number;
    readonly wpDecodeMha: number;
  };
}

const BYTES: Readonly<Record<WeightFormat, number>> = { fp32: 4, int8: 1, int4: 0.5 };

type Params = Readonly<Record<string, number | string>>;

/** Parameters of the instances of a stage that do one of the roles. */
function withRole(design: Design, stage: 'prefill' | 'decode', roles: readonly string[]): Params[] {
  return design.stages[stage].instances
    .filter((instance) => instance.operations.some((operation) => roles.includes(operation.role)))
    .flatMap((instance) => {
      const entry = moduleById(instance.module);
      return entry && (entry.category === 'linear' || entry.category === 'attention')
        ? [paramsOf(entry, instance.params)]
        : [];
    });
}

const number = (params: Params | undefined, id: string): number => (typeof params?.[id] === 'number' ? params[id] : 0);

/** The products of some numbers of each instance. */
function products(params: readonly Params[], ...ids: readonly string[]): number[] {
  return params.map((one) => ids.reduce((product, id) => product * (number(one, id) || 1), 1));
}

/** The paper's formulas for the parallelism of a design; undefined where it has no engines for them. */
export function boundsOf(design: Design): Bounds | undefined {
  const { model, recipe } = design;
  const { layers: n, hidden: dh, ffn, vocab } = model;
  const dkv = model.kvHeads * model.headDim;
  const tp = design.tokenParallelism;
  const wpKqvo = maxOf(products(withRole(design, 'prefill', ['q_proj', 'k_proj', 'v_proj', 'o_proj']), 'wp'));
  const wpFfn = maxOf(products(withRole(design, 'prefill', ['gate_proj', 'up_proj', 'down_proj']), 'wp'));
  const wpMha = maxOf(products(withRole(design, 'prefill', ['scores', 'values']), 'parallel'));
  // The paper has one engine; several work at the same time at best, so that the formula stays a bound.
  const wpDecode = sumOf(products(withRole(design, 'decode', linearRoles('decode')), 'bp', 'wp'));
  const scores = withRole(design, 'decode', ['scores', 'values']);
  const wpDecodeMha = maxOf(products(scores, 'parallel')) * headLanes(design);
  if (!wpKqvo || !wpFfn || !wpMha || !wpDecode || !wpDecodeMha) return undefined;
  const prefillClock = design.clocks.prefill * 1e6;
  const decodeClock = design.clocks.decode * 1e6;
  const attention = recipe.attention === 'int8' ? 1 : 4;
  const bytes = BYTES[linearRecipe(recipe, 'q_proj').weights];
  return {
    prefill: (tokens) =>
      ((n * tokens) / tp / prefillClock) *
      ((dh * dkv) / wpKqvo + Math.max((dh * dh) / wpKqvo, (dh * tokens) / wpMha, (dh * ffn) / wpFfn)),
    decode: (prompt, generate) =>
      (generate / decodeClock) *
      ((n * (2 * dh * dkv + dh * dh + 3 * dh * ffn) + dh * vocab) / wpDecode +
        Math.max((n * dh * dh) / wpDecode, (n * dh * (prompt + 0.5 * generate)) / wpDecodeMha)),
    prefillBandwidth: prefillClock * (bytes * (2 * wpKqvo + 3 * wpFfn) + attention * 2 * wpMha),
    decodeBandwidth: decodeClock * Math.max(bytes * wpDecode, 2 * attention * wpDecodeMha),
    parallelism: { tp, wpKqvo, wpMha, wpFfn, wpDecode, wpDecodeMha },
  };
}

/** Lanes of attention heads in decode: that of the lane adapters in front of it, else of what feeds it. */
function headLanes(design: Design): number {
  const { instances, streams } = design.stages.decode;
  const lanesOf = (instanceId: string, depth: number): number => {
    const instance = instances.find((candidate) => candidate.id === instanceId);
    const entry = instance && moduleById(instance.module);
    if (!instance || !entry || depth > 12) return 0;
    const params = paramsOf(entry, instance.params);
    if (typeof params['bp'] === 'number') return params['bp'];
    if (typeof params['lanes'] === 'number') return params['lanes'];
    const before = streams.find(
      (stream) => stream.to.instance === instanceId && (stream.to.port === 'q' || stream.to.port === 'in'),
    );
    return before ? lanesOf(before.from.instance, depth + 1) : 0;
  };
  const scores = instances.find(
    (instance) =>
      instance.operations.some((operation) => operation.role === 'scores') &&
      instance.operations.length > 0 &&
      moduleById(instance.module)?.category === 'attention',
  );
  return scores ? lanesOf(scores.id, 0) : 0;
}
