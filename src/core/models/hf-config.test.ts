import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeGenerationConfig, parseConfig } from './hf-config.ts';
import { LLAMA_3_2_1B, MOBY_LLAMA_1M } from './samples.ts';

const mobyText = readFileSync(new URL('../../../public/models/moby-llama-1m/config.json', import.meta.url), 'utf8');
const moby = JSON.parse(mobyText) as Record<string, unknown>;

/** The fields of Llama-3.2-1B's published config.json. */
const llama = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  bos_token_id: 128000,
  eos_token_id: 128001,
  head_dim: 64,
  hidden_act: 'silu',
  hidden_size: 2048,
  intermediate_size: 8192,
  max_position_embeddings: 131072,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 32,
    high_freq_factor: 4,
    low_freq_factor: 1,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  rope_theta: 500000,
  tie_word_embeddings: true,
  vocab_size: 128256,
};

function problems(change: Record<string, unknown>): string {
  const result = parseConfig({ ...llama, ...change });
  return result.ok ? '' : result.problems.map((p) => `${p.path}: ${p.message}`).join('\n');
}

test('reads the two samples', () => {
  expect(parseConfig(mobyText, 'moby-llama-1m')).toEqual({ ok: true, model: MOBY_LLAMA_1M });
  const result = parseConfig(llama, 'Llama-3.2-1B');
  if (!result.ok) throw new Error(JSON.stringify(result));
  expect(mergeGenerationConfig(result.model, { eos_token_id: [128001, 128008, 128009] })).toEqual(LLAMA_3_2_1B);
  expect(mergeGenerationConfig(result.model, '{')).toEqual(result.model);
});

test('fills in what may be missing', () => {
  const { head_dim: _, num_key_value_heads: __, tie_word_embeddings: ___, rope_scaling: ____, ...rest } = llama;
  const result = parseConfig({ ...rest, _name_or_path: 'meta-llama/Some-Model' });
  expect(result).toMatchObject({
    ok: true,
    model: { headDim: 64, kvHeads: 32, tiedHead: false, ropeScaling: null, name: 'Some-Model' },
  });
  expect(parseConfig({ ...moby, rope_scaling: { rope_type: 'default' }, eos_token_id: [1, 2, 1] })).toMatchObject({
    ok: true,
    model: { ropeScaling: null, eos: [1, 2] },
  });
  const nested = {
    ...llama,
    rope_theta: undefined,
    rope_scaling: undefined,
    rope_parameters: { ...llama.rope_scaling, rope_theta: 500000 },
  };
  expect(parseConfig(nested)).toMatchObject({
    ok: true,
    model: { ropeTheta: 500000, ropeScaling: LLAMA_3_2_1B.ropeScaling },
  });
});

test('refuses other computations, naming key and reason', () => {
  expect(problems({ model_type: 'qwen2' })).toMatch(/^model_type: .*"qwen2".*biases/);
  expect(problems({ model_type: 'constructor' })).toContain('only the Llama computation is known');
  expect(problems({ model_type: undefined })).toMatch(/^model_type: /);
  expect(problems({ attention_bias: true })).toMatch(/^attention_bias: /);
  expect(problems({ mlp_bias: true })).toMatch(/^mlp_bias: /);
  expect(problems({ hidden_act: 'gelu' })).toMatch(/^hidden_act: /);
  expect(problems({ quantization_config: { bits: 4 } })).toMatch(/^quantization_config: /);
  expect(problems({ rope_scaling: { type: 'linear', factor: 2 } })).toMatch(/^rope_scaling.rope_type: .*"linear"/);
  expect(problems({ rope_scaling: { ...llama.rope_scaling, factor: 'x' } })).toMatch(/^rope_scaling.factor: /);
  expect(problems({ rope_scaling: { ...llama.rope_scaling, high_freq_factor: 1 } })).toMatch(
    /^rope_scaling.high_freq_factor: /,
  );
  expect(problems({ head_dim: 63 })).toMatch(/^head_dim: .*odd/);
  expect(problems({ head_dim: undefined, hidden_size: 2050 })).toMatch(/^head_dim: .*not divisible/);
  expect(problems({ num_key_value_heads: 5 })).toMatch(/^num_key_value_heads: /);
  expect(problems({ num_hidden_layers: 1e9 })).toMatch(/^num_hidden_layers: /);
  expect(problems({ vocab_size: '128256' })).toMatch(/^vocab_size: /);
  expect(problems({ eos_token_id: 128256 })).toMatch(/^eos_token_id: /);
  expect(problems({ hidden_size: undefined, hidden_act: 'relu' }).split('\n')).toHaveLength(2);
  for (const input of ['{', '[]', 'null', '3', null, undefined, []]) expect(parseConfig(input).ok).toBe(false);
});

const given = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../tests/cases/configs/${name}.json`, import.meta.url), 'utf8'));

describe('model_type and architectures name the computation', () => {
  const said = (config: unknown): string => {
    const result = parseConfig(config);
    return result.ok ? '' : result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
  };

  test('a language model within another: one sentence, which names both', () => {
    expect(said(given('text-within-vision'))).toBe(
      'model_type: "model_type" "mistral3" ("Mistral3ForConditionalGeneration") is not supported: it is made of several models, with a language model of type "mistral" under "text_config"; choose a model of type "llama" or "mistral".',
    );
  });

  test('another family is one sentence, whatever else its keys lack', () => {
    for (const type of ['gpt2', 'qwen2', 'mllama', 'unheard_of', undefined, 7])
      expect(said({ architectures: ['SomethingElse'], model_type: type, n_embd: 768 }).split('\n')).toEqual([
        expect.stringMatching(/^model_type: .*\("SomethingElse"\) is not supported: /),
      ]);
  });

  test('a draft head is refused by its class, or by its vocabulary', () => {
    expect(said(given('draft-head'))).toMatch(
      /^architectures: "architectures" names "LlamaForCausalLMEagle3", another computation than the LlamaForCausalLM of "model_type" "llama";/,
    );
    expect(problems({ architectures: undefined, draft_vocab_size: 32000 })).toMatch(/^draft_vocab_size: .*draft head/);
  });

  test.each([
    ['llama', ['LlamaForCausalLM'], true],
    ['llama', undefined, true],
    ['llama', null, true],
    ['llama', [], true],
    ['llama', 'LlamaForCausalLM', true],
    ['mistral', ['MistralForCausalLM'], true],
    ['mistral', ['LlamaForCausalLM'], false],
    ['llama', ['MistralForCausalLM'], false],
    ['llama', ['LlamaForCausalLM', 'LlamaForSequenceClassification'], false],
    ['llama', ['LlamaForSequenceClassification'], false],
    ['llama', ['LlavaLlamaForCausalLM'], false],
    ['llama', ['MedusaModel'], false],
    ['llama', ['toString'], false],
    ['llama', [7], false],
    ['llama', 7, false],
    ['llama', {}, false],
  ])('%s with %j: %s', (model_type, architectures, accepted) => {
    const text = problems({ model_type, architectures });
    if (accepted) expect(text).toBe('');
    else expect(text).toMatch(/^architectures: "architectures" names .+ of "model_type" .+\.$/);
  });
});

test('a sliding window bounds the context: within it, attention to all tokens is the same', () => {
  const positions = (change: object): unknown => {
    const result = parseConfig({ ...(given('sliding-window') as object), ...change });
    return result.ok ? result.model.maxPositions : result.problems.map(({ message }) => message).join('\n');
  };
  expect(positions({})).toBe(4096);
  expect(positions({ sliding_window: 512 })).toBe(512);
  expect(positions({ sliding_window: undefined })).toBe(4096);
  expect(positions({ sliding_window: null })).toBe(32768);
  expect(positions({ sliding_window: 65536 })).toBe(32768);
  for (const sliding_window of [0, -1, 1.5, 'x', [], true])
    expect(positions({ sliding_window })).toContain('"sliding_window" must be a whole number from 1 to');
  // Llama models have no window; the key is ignored as any other.
  expect(positions({ model_type: 'llama', architectures: ['LlamaForCausalLM'] })).toBe(32768);
});

test('never throws, and what it accepts can be computed', () => {
  const odd = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.integer({ min: -2, max: 300 }),
    fc.double(),
    fc.boolean(),
    fc.string(),
    fc.array(fc.integer()),
    fc.dictionary(fc.string(), fc.anything()),
  );
  const change = fc.dictionary(fc.constantFrom(...Object.keys(llama), 'sliding_window', 'rope_parameters'), odd);
  fc.assert(
    fc.property(change, fc.boolean(), (fields, asText) => {
      const config = { ...llama, ...fields };
      const result = parseConfig(asText ? JSON.stringify(config) : config);
      if (!result.ok) {
        expect(result.problems.length).toBeGreaterThan(0);
        for (const problem of result.problems) expect(problem.message).toMatch(/[.]$/);
        return;
      }
      const { heads, kvHeads, headDim, hidden, ffn, ropeTheta, normEpsilon } = result.model;
      expect(heads % kvHeads).toBe(0);
      expect(headDim % 2).toBe(0);
      for (const n of [hidden, ffn, headDim]) expect(Number.isInteger(n) && n > 0).toBe(true);
      for (const n of [ropeTheta, normEpsilon]) expect(Number.isFinite(n) && n > 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.anything(), (value) => typeof parseConfig(value).ok === 'boolean'));
});
