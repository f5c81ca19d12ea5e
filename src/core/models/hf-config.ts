import type { Finding } from '../diagnostics/diagnostic.ts';
import type { Architecture, RopeScaling } from './architecture.ts';
import { parseJson } from '../diagnostics/json.ts';
import { found, type ModelCode } from './diagnostics.ts';
import { isLfsPointer } from './lfs.ts';
import { MODEL_LIMITS } from './limits.ts';

/** One thing wrong in a config.json. `path` is the key, dots between levels, '' for the file itself. */
export interface ConfigProblem extends Finding<ModelCode> {
  readonly path: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly model: Architecture }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Why well-known architectures are not the Llama computation. */
const OTHERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    qwen2: 'its query, key and value projections have biases',
    qwen3: 'it normalises queries and keys per head',
    gemma: 'its RMSNorm multiplies by 1 + weight and its activation is GELU',
    gemma2: 'its RMSNorm multiplies by 1 + weight, its activation is GELU and its logits are capped',
    gemma3: 'its RMSNorm multiplies by 1 + weight and its activation is GELU',
    gemma3_text: 'its RMSNorm multiplies by 1 + weight and its activation is GELU',
    phi: 'it has biases and computes attention and feed-forward in parallel',
    phi3: 'its projections are fused into one tensor',
    mixtral: 'its feed-forward network is a mixture of experts',
    gpt2: 'it has learnt positions, LayerNorm and biases',
    gpt_neox: 'it has LayerNorm, biases and partial RoPE',
    opt: 'it has learnt positions, LayerNorm and biases',
    falcon: 'it has LayerNorm and parallel attention',
    olmo2: 'it normalises after the sublayers',
    cohere: 'it has LayerNorm and parallel attention',
    granite: 'it scales embeddings, residuals and logits',
    llama4: 'its feed-forward network is a mixture of experts',
    llama4_text: 'its feed-forward network is a mixture of experts',
    mllama: 'it is a vision model with cross-attention',
    bert: 'it is an encoder',
    t5: 'it is an encoder-decoder model',
    mamba: 'it has no attention',
  }),
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are no part of a name
const CONTROL = /[\u0000-\u001f\u007f]/g;

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Collects problems while fields are read, so that all of them are reported at once. */
class Reader {
  readonly problems: ConfigProblem[] = [];

  report(path: string, finding: Finding<ModelCode>): void {
    this.problems.push({ ...finding, path });
  }

  /** A whole number between `min` and `max`; `fallback` when the key is absent or null. */
  integer(fields: Fields, key: string, min: number, max: number, fallback?: number, path = key): number {
    const value = fields[key];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.report(path, found('config-integer', { key: path, value: show(value), least: min, most: max }));
    return min;
  }

  /** A finite number in (min, max]. */
  number(fields: Fields, key: string, min: number, max: number, fallback?: number, path = key): number {
    const value = fields[key];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    if (typeof value === 'number' && value > min && value <= max) return value;
    this.report(path, found('config-number', { key: path, value: show(value), above: min, most: max }));
    return fallback ?? 1;
  }

  boolean(fields: Fields, key: string, fallback: boolean): boolean {
    const value = fields[key];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'boolean') return value;
    this.report(key, found('config-boolean', { key, value: show(value) }));
    return fallback;
  }

  /** Token ids from a number, a list or null. */
  tokens(fields: Fields, key: string, vocab: number): number[] {
    const value = fields[key];
    const list = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    if (list.length > MODEL_LIMITS.endTokens) {
      this.report(key, found('config-tokens-many', { key, tokens: list.length, most: MODEL_LIMITS.endTokens }));
      return [];
    }
    const out: number[] = [];
    for (const id of list) {
      if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < vocab) {
        if (!out.includes(id)) out.push(id);
      } else {
        this.report(key, found('config-token-unknown', { key, value: show(id), vocab }));
      }
    }
    return out;
  }
}

/** The computations that are known, by `model_type`, each with the classes in `architectures` that compute just that. */
const FAMILIES: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['llama', ['LlamaForCausalLM', 'LLaMAForCausalLM']],
  ['mistral', ['MistralForCausalLM']],
]);

/** What the file calls its class of models: `architectures`, quoted. */
function architectureOf(fields: Fields): string {
  const names = Array.isArray(fields.architectures) ? fields.architectures : [fields.architectures];
  return names
    .filter((name) => typeof name === 'string')
    .map(show)
    .join(', ');
}

/** The one finding that says which computation this is, where it is none that is known. */
function familyProblem(fields: Fields): ConfigProblem | undefined {
  const { model_type: type, architectures } = fields;
  const architecture = architectureOf(fields);
  const classes = FAMILIES.get(type);
  if (classes === undefined) {
    const within = isObject(fields.text_config) ? show(fields.text_config.model_type) : undefined;
    const known = typeof type === 'string' ? OTHERS.get(type) : undefined;
    const reason =
      within === undefined
        ? (known ?? 'only the Llama computation is known')
        : `it is made of several models, with a language model of type ${within} under "text_config"`;
    return { ...found('config-family', { value: show(type), architecture, reason }), path: 'model_type' };
  }
  if (architectures === undefined || architectures === null) return undefined;
  const list = Array.isArray(architectures) ? architectures : [architectures];
  if (list.every((name) => classes.includes(name as string))) return undefined;
  const args = { value: architecture || show(architectures), type: show(type), expected: classes[0] as string };
  return { ...found('config-architecture', args), path: 'architectures' };
}

/**
 * Positions that attention reaches back over: all of them, or the window of a Mistral model. As long as the context is
 * not longer than that, attention through the window is attention to everything.
 */
function reach(reader: Reader, fields: Fields, maxPositions: number): number {
  if (fields.model_type !== 'mistral' || fields.sliding_window === null) return maxPositions;
  return Math.min(maxPositions, reader.integer(fields, 'sliding_window', 1, MODEL_LIMITS.maxPositions, 4096));
}

function checkFeatures(reader: Reader, fields: Fields): void {
  const fixed: readonly (readonly [string, unknown, string])[] = [
    ['attention_bias', false, 'attention with biases'],
    ['mlp_bias', false, 'a feed-forward network with biases'],
    ['hidden_act', 'silu', 'an activation other than "silu"'],
    ['partial_rotary_factor', 1, 'RoPE on a part of each head'],
    ['draft_vocab_size', null, 'a draft head, which only guesses the tokens of another model,'],
    ['quantization_config', null, 'weights that are stored quantized (use the original, unquantized model)'],
  ];
  for (const [key, expected, feature] of fixed) {
    const value = fields[key];
    if (value === undefined || value === null || value === expected) continue;
    reader.report(key, found('config-feature', { key, value: show(value), feature }));
  }
}

function readScaling(reader: Reader, fields: Fields): { theta: number; scaling: RopeScaling | null } {
  const key = isObject(fields.rope_parameters) ? 'rope_parameters' : 'rope_scaling';
  const value = fields[key];
  const nested: Fields = isObject(value) ? value : {};
  const holder = nested.rope_theta === undefined ? fields : nested;
  const theta = reader.number(
    holder,
    'rope_theta',
    0,
    MODEL_LIMITS.ropeTheta,
    10000,
    holder === nested ? `${key}.rope_theta` : 'rope_theta',
  );
  if (value === undefined || value === null) return { theta, scaling: null };
  if (!isObject(value)) {
    reader.report(key, found('config-scaling-value', { key, value: show(value) }));
    return { theta, scaling: null };
  }
  const type = value.rope_type ?? value.type ?? (key === 'rope_parameters' ? 'default' : undefined);
  if (type === 'default') return { theta, scaling: null };
  if (type !== 'llama3') {
    reader.report(`${key}.rope_type`, found('config-scaling-type', { value: show(type) }));
    return { theta, scaling: null };
  }
  const at = (name: string): string => `${key}.${name}`;
  const scaling: RopeScaling = {
    factor: reader.number(value, 'factor', 0, MODEL_LIMITS.ropeFactor, undefined, at('factor')),
    lowFrequencyFactor: reader.number(
      value,
      'low_freq_factor',
      0,
      MODEL_LIMITS.ropeFactor,
      undefined,
      at('low_freq_factor'),
    ),
    highFrequencyFactor: reader.number(
      value,
      'high_freq_factor',
      0,
      MODEL_LIMITS.ropeFactor,
      undefined,
      at('high_freq_factor'),
    ),
    originalMaxPositions: reader.integer(
      value,
      'original_max_position_embeddings',
      1,
      MODEL_LIMITS.maxPositions,
      undefined,
      at('original_max_position_embeddings'),
    ),
  };
  if (reader.problems.length === 0 && scaling.highFrequencyFactor <= scaling.lowFrequencyFactor) {
    reader.report(
      at('high_freq_factor'),
      found('config-scaling-factors', { high: scaling.highFrequencyFactor, low: scaling.lowFrequencyFactor }),
    );
  }
  return { theta, scaling };
}

/**
 * Reads a Hugging Face config.json of the Llama family, as text or as parsed object. Unknown keys are ignored.
 * @param name the model's name; without it `_name_or_path` or "model".
 */
export function parseConfig(input: unknown, name?: string): ConfigResult {
  const reader = new Reader();
  let fields: unknown = input;
  if (typeof input === 'string') {
    if (isLfsPointer(input))
      return { ok: false, problems: [{ ...found('file-pointer', { file: 'config.json' }), path: '' }] };
    try {
      fields = parseJson(input);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return {
        ok: false,
        problems: [{ ...found('config-not-json', { reason: detail }), path: '' }],
      };
    }
  }
  if (!isObject(fields)) {
    return {
      ok: false,
      problems: [{ ...found('config-no-object', { value: show(fields) }), path: '' }],
    };
  }
  const family = familyProblem(fields);
  // The keys of another computation mean something else, or have other names.
  if (family) return { ok: false, problems: [family] };
  const maxPositions = reader.integer(fields, 'max_position_embeddings', 1, MODEL_LIMITS.maxPositions, 2048);
  const reached = reach(reader, fields, maxPositions);
  checkFeatures(reader, fields);
  const layers = reader.integer(fields, 'num_hidden_layers', 1, MODEL_LIMITS.layers);
  const hidden = reader.integer(fields, 'hidden_size', 1, MODEL_LIMITS.hidden);
  const heads = reader.integer(fields, 'num_attention_heads', 1, MODEL_LIMITS.heads);
  const kvHeads = reader.integer(fields, 'num_key_value_heads', 1, MODEL_LIMITS.heads, heads);
  const ffn = reader.integer(fields, 'intermediate_size', 1, MODEL_LIMITS.ffn);
  const before = reader.problems.length;
  const vocab = reader.integer(fields, 'vocab_size', 1, MODEL_LIMITS.vocab);
  // Tokens are not compared with a vocabulary that could not be read.
  const tokens = reader.problems.length > before ? Number.POSITIVE_INFINITY : vocab;
  const sizesRead = reader.problems.length === 0;
  const headDim = reader.integer(fields, 'head_dim', 1, MODEL_LIMITS.headDim, hidden / heads);
  if (sizesRead) {
    if (!Number.isInteger(headDim)) {
      reader.report('head_dim', found('config-head-size-missing', { hidden, heads }));
    } else if (headDim % 2 !== 0) {
      reader.report('head_dim', found('config-head-size-odd', { headDim }));
    }
    if (heads % kvHeads !== 0) {
      reader.report('num_key_value_heads', found('config-kv-heads', { heads, kvHeads }));
    }
    if (headDim > MODEL_LIMITS.headDim || heads * headDim > MODEL_LIMITS.hidden) {
      reader.report('head_dim', found('config-heads-large', { heads, headDim, most: MODEL_LIMITS.hidden }));
    }
  }
  const { theta, scaling } = readScaling(reader, fields);
  const normEpsilon = reader.number(fields, 'rms_norm_eps', 0, 1, 1e-6);
  const tiedHead = reader.boolean(fields, 'tie_word_embeddings', false);
  const bos = reader.tokens(fields, 'bos_token_id', tokens)[0] ?? null;
  const eos = reader.tokens(fields, 'eos_token_id', tokens);
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const path = typeof fields._name_or_path === 'string' ? fields._name_or_path : '';
  const given = (path.split('/').pop() ?? '').replace(CONTROL, ' ').trim().slice(0, MODEL_LIMITS.name);
  return {
    ok: true,
    model: {
      name: name ?? (given || 'model'),
      layers,
      hidden,
      heads,
      kvHeads,
      headDim,
      ffn,
      vocab,
      maxPositions: reached,
      ropeTheta: theta,
      ropeScaling: scaling,
      normEpsilon,
      tiedHead,
      bos,
      eos,
    },
  };
}

/** The architecture with the end tokens of generation_config.json added, as far as a design holds them. Anything unreadable there is ignored. */
export function mergeGenerationConfig(model: Architecture, generationConfig: unknown): Architecture {
  let fields: unknown = generationConfig;
  if (typeof generationConfig === 'string') {
    try {
      fields = parseJson(generationConfig);
    } catch {
      return model;
    }
  }
  if (!isObject(fields)) return model;
  const extra = new Reader().tokens(fields, 'eos_token_id', model.vocab);
  return { ...model, eos: [...new Set([...model.eos, ...extra])].slice(0, MODEL_LIMITS.endTokens) };
}
