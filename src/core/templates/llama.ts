import type { ParamValue, StageGraph, StageName } from '../design/types.ts';
import { type FusedRole, type LinearRole, type MatrixRole, partsOf } from '../models/architecture.ts';
import { linearRecipe, normalisesResult, type Recipe, sparsitiesOf } from '../models/recipe.ts';
import type { LaneOrder } from '../models/manifest.ts';
import type { Segmentation } from '../models/segments.ts';
import { type Assignment, GraphBuilder, type Source } from './builder.ts';

/**
 * How operations share instances: an instance each, FlexLLM's mixture, or as few instances as possible. `fast` shares like
 * the mixture; what is used several times is quantized once, norms, quantizers and softmax overlap, the Hadamard transform is
 * pipelined over its stages, and decode has an engine of slices, which multiplies as one what takes the same input.
 */
export type TemplateStyle = 'spatial' | 'hybrid' | 'temporal' | 'fast';
export const TEMPLATE_STYLES: readonly TemplateStyle[] = ['spatial', 'hybrid', 'temporal', 'fast'];

type Params = Readonly<Record<string, ParamValue>>;

/** Parameters of the modules that `fast` composes in another form. */
const FAST: Readonly<Record<'tokens' | 'rows' | 'heads' | 'weights' | 'pipelined' | 'skip', Params>> = {
  tokens: { overlap: 'tokens' },
  rows: { overlap: 'rows' },
  heads: { overlap: 'heads' },
  weights: { overlap: 'weights' },
  pipelined: { structure: 'pipelined' },
  skip: { last: 'skip' },
};
const AS_PUBLISHED: typeof FAST = { tokens: {}, rows: {}, heads: {}, weights: {}, pipelined: {}, skip: {} };

/** Whether a stage has what only `fast` composes: an engine of slices or blocks, norms that overlap blocks of tokens. */
export const isFast = ({ instances }: StageGraph): boolean =>
  instances.some(
    ({ module, params }) =>
      module === 'linear_slices' ||
      module === 'linear_blocks' ||
      (module === 'rms_norm' && params['overlap'] === FAST.tokens['overlap']),
  );

/** Group of operations that share one instance of every module in the chain, per style. */
type Grouping = (role: MatrixRole) => string;

const PREFILL_HYBRID: Readonly<Record<LinearRole, string>> = {
  k_proj: 'kq',
  q_proj: 'kq',
  v_proj: 'vo',
  o_proj: 'vo',
  gate_proj: 'gate',
  up_proj: 'up',
  down_proj: 'down',
  lm_head: 'head',
};

/**
 * Weight matrices of different number formats cannot share an engine. In decode dense matrices go along with those that leave
 * out weights.
 */
export function formatKey(recipe: Recipe, role: MatrixRole, stage: StageName): string {
  const { sparsity, ...format } = linearRecipe(recipe, role);
  const patterns = new Set(sparsitiesOf(recipe).map((own) => JSON.stringify(own)));
  return JSON.stringify(stage === 'decode' && patterns.size === 1 ? format : { ...format, sparsity });
}

function temporalGrouping(recipe: Recipe, roles: readonly LinearRole[], stage: StageName): Grouping {
  const keys = [...new Set(roles.map((role) => formatKey(recipe, role, stage)))];
  return (role) => {
    const index = keys.indexOf(formatKey(recipe, role, stage));
    return index === 0 ? 'all' : `all${index + 1}`;
  };
}

/** Parameters of the linear engine that a group uses. */
export type LinearParams = (group: string) => Readonly<Record<string, ParamValue>>;

export interface PrefillTemplate {
  readonly style: TemplateStyle;
  readonly linear: LinearParams;
  /** The linear engine of a group: a systolic array, or the one of column blocks. */
  readonly engine: (group: string) => 'linear_prefill' | 'linear_blocks';
  readonly keyParallel: number;
  readonly valueParallel: number;
  /** How it reads texts in segments and keeps a memory of them; in one piece when absent. */
  readonly segments?: Pick<Segmentation, 'projections'> | undefined;
  readonly assign?: Assignment | undefined;
}

/** Composes the prefill stage: embedding, layers, KV cache. */
export function prefillGraph(recipe: Recipe, template: PrefillTemplate): StageGraph {
  const { style } = template;
  const b = new GraphBuilder(template.assign);
  const roles: LinearRole[] = ['k_proj', 'v_proj', 'q_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
  const temporal = temporalGrouping(recipe, roles, 'prefill');
  const group: Grouping = (role) =>
    style === 'temporal'
      ? temporal(role)
      : style === 'spatial'
        ? role.replace('_proj', '')
        : PREFILL_HYBRID[role as LinearRole];
  const form = style === 'fast' ? FAST : AS_PUBLISHED;
  const shared = (base: string, part: string): string => (style === 'temporal' ? base : `${base}_${part}`);
  const quantized = style === 'fast' ? new Map<string, Source>() : undefined;
  const linear = (role: LinearRole, source: Source): Source =>
    projection(b, recipe, template.engine(group(role)), role, source, group(role), template.linear, {
      quantized,
      form: form.tokens,
    });
  const int8 = recipe.attention === 'int8';

  const embed = b.operation('embedding', 'embedding', 'embed', 'embed', {});
  b.operation('hidden_out', 'hidden_write', 'embed_store', 'embed_store', { in: embed }, form.skip);

  const first = b.operation('hidden_in', 'hidden_read', 'layer_in_kv', 'layer_in', {});
  const normKv = b.operation(
    shared('norm', 'attn'),
    'rms_norm',
    'attn_norm_kv',
    'attn_norm',
    { in: first },
    form.tokens,
  );
  let k = b.operation(shared('rope', 'kq'), 'rope', 'k', 'k', { in: linear('k_proj', normKv) });
  if (int8) k = b.operation(shared('quant_attn', 'kq'), 'quantize_static', 'k', 'k', { in: k });
  b.operation('k_cache', 'kv_cache_write', 'k_store', 'k', { in: k });
  let v = linear('v_proj', normKv);
  if (int8)
    v = b.operation(style === 'temporal' ? 'quant_attn' : 'quant_attn_v', 'quantize_static', 'v', 'v', { in: v });
  b.operation('v_cache', 'kv_cache_write', 'v_store', 'v', { in: v });

  const second = b.operation('hidden_in', 'hidden_read', 'layer_in_q', 'layer_in', {});
  const normQ = b.operation(
    shared('norm', 'attn'),
    'rms_norm',
    'attn_norm_q',
    'attn_norm',
    { in: second },
    form.tokens,
  );
  let q = b.operation(shared('rope', 'kq'), 'rope', 'q', 'q', { in: linear('q_proj', normQ) });
  if (int8) q = b.operation(shared('quant_attn', 'kq'), 'quantize_static', 'q', 'q', { in: q });
  const raw = b.operation('scores', 'attention_scores', 'scores', 'scores', { q }, { parallel: template.keyParallel });
  const scaled = b.operation('scale_scores', 'scale_static', 'scores', 'scores', { in: raw });
  const masked = b.operation('mask', 'causal_mask', 'mask', 'mask', { in: scaled });
  let probs = b.operation('softmax', 'softmax', 'softmax', 'softmax', { in: masked }, form.rows);
  if (int8 && !normalisesResult(recipe))
    probs = b.operation('quant_probs', 'quantize_static', 'probs', 'probs', { in: probs });
  let attn = b.operation(
    'values',
    'attention_values',
    'values',
    'values',
    { probs },
    { parallel: template.valueParallel },
  );
  if (int8) attn = b.operation('scale_attn', 'scale_static', 'attn', 'attn', { in: attn });
  const mid = b.operation(shared('residual', 'attn'), 'add', 'attn_residual', 'attn_residual', {
    a: second,
    b: linear('o_proj', attn),
  });

  const normFfn = b.operation(shared('norm', 'ffn'), 'rms_norm', 'ffn_norm', 'ffn_norm', { in: mid }, form.tokens);
  const activated = b.operation('silu', 'silu', 'silu', 'gate', { in: linear('gate_proj', normFfn) });
  let ffn = b.operation('gate_product', 'multiply', 'product', 'gate_product', {
    a: activated,
    b: linear('up_proj', normFfn),
  });
  if (recipe.downHadamard)
    ffn = b.operation('hadamard', 'hadamard', 'rotate', 'down_rotation', { in: ffn }, form.pipelined);
  const out = b.operation(shared('residual', 'ffn'), 'add', 'ffn_residual', 'ffn_residual', {
    a: mid,
    b: linear('down_proj', ffn),
  });
  b.operation('hidden_out', 'hidden_write', 'layer_out', 'layer_out', { in: out });
  if (template.segments) addMemory(b, template.segments);
  return b.build();
}

/** The graph of the hierarchical memory by itself, for a prefill that has none. */
export function memoryGraph(segments: Pick<Segmentation, 'projections'>): StageGraph {
  const b = new GraphBuilder();
  addMemory(b, segments);
  return b.build();
}

const MEMORY_MODULES = ['segment_state', 'memory_projection', 'memory_search', 'memory_write'];

/** The instances of a graph that belong to the hierarchical memory: its modules, and copies of what they hand on. */
export function memoryInstances({ instances, streams }: StageGraph): readonly string[] {
  const own = new Set(instances.filter(({ module }) => MEMORY_MODULES.includes(module)).map(({ id }) => id));
  const fed = (id: string): boolean => {
    const sources = streams.filter(({ to }) => to.instance === id);
    return sources.length > 0 && sources.every(({ from }) => own.has(from.instance));
  };
  return instances.filter(({ id }) => own.has(id) || fed(id)).map(({ id }) => id);
}

/** The graph of the hierarchical memory: behind a summary it is searched, behind a segment it takes in what was read. */
function addMemory(b: GraphBuilder, { projections }: Pick<Segmentation, 'projections'>): void {
  const projected = (role: 'memory_query' | 'memory_key', state: Source): Source =>
    b.operation('memory_projection', 'memory_projection', role, role, { in: state });
  const summary = b.operation('segment_state', 'segment_state', 'summary_state', 'summary_state', {});
  const query = projections ? projected('memory_query', summary) : summary;
  const search = b.operation('memory_search', 'memory_search', 'search', 'search', { in: query });
  b.operation('memory', 'memory_write', 'retrieved', 'retrieved', { in: search });
  const segment = b.operation('segment_state', 'segment_state', 'memory_state', 'memory_state', {});
  b.operation('memory', 'memory_write', 'memory', 'memory', { in: segment });
  if (projections) b.operation('memory', 'memory_write', 'key', 'key', { in: projected('memory_key', segment) });
}

interface ProjectionForm {
  /** Of the quantizer. */
  readonly form?: Params;
  /** Of the dequantizer. */
  readonly pairs?: number;
  /** What is quantized already, by source and format: further matrices take it as it is. */
  readonly quantized?: Map<string, Source> | undefined;
}

/** Quantizer, linear engine and dequantizer of one weight matrix, each on the instance of its group. */
function projection(
  b: GraphBuilder,
  recipe: Recipe,
  module: string,
  role: MatrixRole,
  source: Source,
  group: string,
  params: LinearParams,
  { form, pairs, quantized: known }: ProjectionForm,
): Source {
  const { activations } = linearRecipe(recipe, role);
  if (activations === 'fp32') return b.operation(`linear_${group}`, module, role, role, { in: source }, params(group));
  const key = JSON.stringify([source, activations]);
  const quantized =
    known?.get(key) ?? b.operation(`quant_${group}`, 'quantize', role, partsOf(role)[0] ?? role, { in: source }, form);
  known?.set(key, quantized);
  const result = b.operation(`linear_${group}`, module, role, role, { in: quantized }, params(group));
  return b.operation(
    `dequant_${group}`,
    'dequantize',
    role,
    role,
    { in: result, scales: { ...quantized, port: 'scales' } },
    pairs ? { pairs } : {},
  );
}

export interface DecodeTemplate {
  readonly style: TemplateStyle;
  /** Lanes of the residual stream (embedding, norms, residual adders). */
  readonly lanes: number;
  /** Lanes of attention heads. */
  readonly headLanes: number;
  /** Lanes in which keys and values reach the cache writers: at most the KV heads. */
  readonly kvLanes: number;
  /** Lanes of the linear engine of a group (its BP). */
  readonly blockLanes: (group: string) => number;
  readonly linear: LinearParams;
  /** The linear engine, or the one of slices, whose vectors of results are as wide as its WP. */
  readonly engine: 'linear_decode' | 'linear_slices';
  readonly pairs: number;
  readonly keyParallel: number;
  readonly valueParallel: number;
  /** What multiplies queries by keys; the default of the module when absent. */
  readonly keyProducts?: 'dsp' | undefined;
  /** Words of values that wait behind a port of the cache while softmax works; no lead when absent. */
  readonly valuePrefetch?: number | undefined;
  /** Where attention values are added up; absent: the default. */
  readonly valueSums?: 'logic' | 'dsp' | undefined;
  readonly candidates: number;
  /** Channel order of the residual stream and of the results of linear engines; blocked when absent. */
  readonly order?: LaneOrder | undefined;
  /** Channel order in front of the Hadamard transform; that of the template when absent. */
  readonly rotationOrder?: LaneOrder | undefined;
  readonly assign?: Assignment | undefined;
}

const DECODE_SPATIAL = (role: MatrixRole): string => role.replace('_proj', '').replace('lm_', '');

/** Composes the decode stage: embedding of one token, layers, output head, sampler. */
export function decodeGraph(recipe: Recipe, template: DecodeTemplate): StageGraph {
  const { style } = template;
  const b = new GraphBuilder(template.assign);
  const roles: LinearRole[] = ['k_proj', 'v_proj', 'q_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj', 'lm_head'];
  const temporal = temporalGrouping(recipe, roles, 'decode');
  const group: Grouping = (role) => (style === 'spatial' ? DECODE_SPATIAL(role) : temporal(role));
  const fast = style === 'fast';
  const form = fast ? FAST : AS_PUBLISHED;
  const name = (base: string, part: string): string => (style === 'spatial' ? `${base}_${part}` : base);
  const int8 = recipe.attention === 'int8';
  const { lanes, headLanes, kvLanes } = template;

  const order = template.order ?? 'blocked';
  const reshape = (id: string, source: Source, to: number, toOrder: LaneOrder): Source =>
    b.operation(`lanes_${id}`, 'lane_adapter', id, 'adapt', { in: source }, { lanes: to, order: toOrder });
  // Heads travel blocked, everything else in the order of the template.
  const toHeads = (id: string, source: Source, from: number, to: number): Source =>
    from === to && order === 'blocked' ? source : reshape(id, source, to, 'blocked');
  const fromHeads = (id: string, source: Source, from: number, to: number): Source =>
    from === to && order === 'blocked' ? source : reshape(id, source, to, order);
  const adapt = (id: string, source: Source, from: number, to: number): Source =>
    from === to ? source : reshape(id, source, to, order);
  const linear = (role: MatrixRole, source: Source): Source =>
    projection(b, recipe, template.engine, role, source, group(role), template.linear, {
      pairs: template.pairs,
    });
  const block = (role: LinearRole): number => template.blockLanes(group(role));
  /** The results of matrices that take the same input: of an operation each, or of one, parted behind the dequantizer. */
  const together = (
    matrices: FusedRole,
    parting: 'split_qkv' | 'split_gate_up',
    source: Source,
    ports: Readonly<Partial<Record<LinearRole, string>>>,
  ): ((role: LinearRole) => Source) => {
    if (!fast) return (role) => linear(role, source);
    const parts = b.operation(parting, parting, parting.slice('split_'.length), matrices, {
      in: linear(matrices, source),
    });
    return (role) => ({ ...parts, port: ports[role] ?? parts.port });
  };
  const laneParams = { lanes, order };

  const embed = b.operation('embedding', 'embedding', 'embed', 'embed', {}, laneParams);
  b.operation('hidden_out', 'hidden_write', 'embed_store', 'embed_store', { in: embed });

  const layerIn = b.operation('hidden_in', 'hidden_read', 'layer_in', 'layer_in', {}, laneParams);
  const norm = b.operation(name('norm', 'attn'), 'rms_norm', 'attn_norm', 'attn_norm', { in: layerIn }, form.weights);
  // One engine takes one lane count: everything that enters a shared engine is brought to the residual lanes.
  const projected = together('qkv_proj', 'split_qkv', norm, { q_proj: 'to_q', k_proj: 'to_k', v_proj: 'to_v' });
  const k0 = toHeads('k', projected('k_proj'), block('k_proj'), kvLanes);
  const ropeK = style === 'spatial' || kvLanes !== headLanes ? 'rope_k' : 'rope';
  const quantK = style === 'spatial' || kvLanes !== headLanes ? 'quant_attn_kv' : 'quant_attn';
  let k = b.operation(ropeK, 'rope', 'k', 'k', { in: k0 }, form.heads);
  if (int8) k = b.operation(quantK, 'quantize_static', 'k', 'k', { in: k });
  b.operation('k_cache', 'kv_cache_write', 'k_store', 'k', { in: k });
  let v = toHeads('v', projected('v_proj'), block('v_proj'), kvLanes);
  if (int8)
    v = b.operation(style === 'spatial' || fast ? 'quant_attn_v' : quantK, 'quantize_static', 'v', 'v', { in: v });
  b.operation('v_cache', 'kv_cache_write', 'v_store', 'v', { in: v });

  let q = b.operation(
    style === 'spatial' ? 'rope_q' : 'rope',
    'rope',
    'q',
    'q',
    {
      in: toHeads('q', projected('q_proj'), block('q_proj'), headLanes),
    },
    form.heads,
  );
  if (int8)
    q = b.operation(style === 'spatial' ? 'quant_attn_q' : 'quant_attn', 'quantize_static', 'q', 'q', { in: q });
  const raw = b.operation(
    'scores',
    'attention_scores',
    'scores',
    'scores',
    { q },
    { parallel: template.keyParallel, ...(template.keyProducts ? { multipliers: template.keyProducts } : {}) },
  );
  const scaled = b.operation('scale_scores', 'scale_static', 'scores', 'scores', { in: raw });
  let probs = b.operation('softmax', 'softmax', 'softmax', 'softmax', { in: scaled }, form.rows);
  if (int8 && !normalisesResult(recipe))
    probs = b.operation('quant_probs', 'quantize_static', 'probs', 'probs', { in: probs });
  let attn = b.operation(
    'values',
    'attention_values',
    'values',
    'values',
    { probs },
    {
      parallel: template.valueParallel,
      ...(template.valueSums ? { sums: template.valueSums } : {}),
      ...(template.valuePrefetch === undefined ? {} : { prefetch: template.valuePrefetch }),
    },
  );
  if (int8) attn = b.operation('scale_attn', 'scale_static', 'attn', 'attn', { in: attn });
  const o = adapt('o', linear('o_proj', fromHeads('attn', attn, headLanes, lanes)), block('o_proj'), lanes);
  const mid = b.operation(name('residual', 'attn'), 'add', 'attn_residual', 'attn_residual', { a: layerIn, b: o });

  const normFfn = b.operation(name('norm', 'ffn'), 'rms_norm', 'ffn_norm', 'ffn_norm', { in: mid }, form.weights);
  const branch = together('gate_up_proj', 'split_gate_up', normFfn, { gate_proj: 'to_gate', up_proj: 'to_up' });
  const activated = b.operation('silu', 'silu', 'silu', 'gate', { in: branch('gate_proj') });
  const up = adapt('up', branch('up_proj'), block('up_proj'), block('gate_proj'));
  let ffn = b.operation('gate_product', 'multiply', 'product', 'gate_product', { a: activated, b: up });
  const rotationOrder = (recipe.downHadamard && template.rotationOrder) || order;
  if (rotationOrder !== order) ffn = reshape('rotation', ffn, block('gate_proj'), rotationOrder);
  if (recipe.downHadamard)
    ffn = b.operation('hadamard', 'hadamard', 'rotate', 'down_rotation', { in: ffn }, form.pipelined);
  const same = rotationOrder === order && block('gate_proj') === lanes;
  const rotated = same ? ffn : reshape('ffn', ffn, lanes, order);
  const down = adapt('down', linear('down_proj', rotated), block('down_proj'), lanes);
  const out = b.operation(name('residual', 'ffn'), 'add', 'ffn_residual', 'ffn_residual', { a: mid, b: down });
  b.operation('hidden_out', 'hidden_write', 'layer_out', 'layer_out', { in: out });

  const finalIn = b.operation('hidden_in', 'hidden_read', 'final_in', 'final_in', {});
  const finalNorm = b.operation(
    name('norm', 'final'),
    'rms_norm',
    'final_norm',
    'final_norm',
    { in: finalIn },
    form.weights,
  );
  b.operation(
    'sampler',
    'sampler',
    'sample',
    'sample',
    { in: linear('lm_head', finalNorm) },
    { candidates: template.candidates },
  );
  return b.build();
}
