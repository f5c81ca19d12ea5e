/** A model that the product has never seen: sharded bfloat16, untied head, odd sizes; from its folder to tokens with the shipped programs. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import type { Architecture, LinearRole, NormRole } from '../src/core/models/architecture.ts';
import { linearShape } from '../src/core/models/architecture.ts';
import type { Calibration } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { linearTensorName, normTensorName, type WeightSource } from '../src/core/models/weights.ts';
import { command, MOBY, ROOT } from './harness.ts';

const MODEL: Architecture = {
  name: 'foreign',
  layers: 2,
  hidden: 72,
  heads: 6,
  kvHeads: 2,
  headDim: 16,
  ffn: 176,
  vocab: 1024,
  maxPositions: 256,
  ropeTheta: 50000,
  ropeScaling: { factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 64 },
  normEpsilon: 1e-6,
  tiedHead: false,
  bos: 1022,
  eos: [1023],
};

let folder = '';
let source = '';
let weights: WeightSource;

/** Rounds to bfloat16 by cutting, as fp32 again. */
const cut = (x: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  view.setUint16(2, 0);
  return view.getFloat32(0);
};

function bfloat16(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const from = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const to = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index += 1) to.setUint16(index * 2, from.getUint32(index * 4, true) >>> 16, true);
  return bytes;
}

function writeShard(path: string, tensors: readonly { name: string; shape: number[]; bytes: Uint8Array }[]): void {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const tensor of tensors) {
    header[tensor.name] = { dtype: 'BF16', shape: tensor.shape, data_offsets: [offset, offset + tensor.bytes.length] };
    offset += tensor.bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, ...tensors.map((tensor) => tensor.bytes)]));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-foreign-'));
  source = join(folder, 'model');
  mkdirSync(source);
  const full = syntheticWeights(MODEL, 11);
  weights = {
    model: MODEL,
    linearRows: async (...args) => (await full.linearRows(...args)).map(cut),
    norm: async (...args) => (await full.norm(...args)).map(cut),
    embeddingRows: async (...args) => (await full.embeddingRows(...args)).map(cut),
  };
  const tensors: { name: string; shape: number[]; bytes: Uint8Array }[] = [{ name: 'model.embed_tokens.weight', shape: [MODEL.vocab, MODEL.hidden], bytes: bfloat16(await weights.embeddingRows(0, MODEL.vocab)) }];
  const linear = async (role: LinearRole, layer: number): Promise<void> => {
    const { k, n } = linearShape(MODEL, role);
    tensors.push({ name: linearTensorName(MODEL, role, layer), shape: [n, k], bytes: bfloat16(await weights.linearRows(role, layer, 0, n)) });
  };
  const norm = async (role: NormRole, layer: number): Promise<void> => {
    tensors.push({ name: normTensorName(role, layer), shape: [MODEL.hidden], bytes: bfloat16(await weights.norm(role, layer)) });
  };
  for (let layer = 0; layer < MODEL.layers; layer += 1) {
    for (const role of ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const) await linear(role, layer);
    await norm('attn_norm', layer);
    await norm('ffn_norm', layer);
  }
  await norm('final_norm', 0);
  await linear('lm_head', 0);
  const half = Math.ceil(tensors.length / 2);
  const shards = [tensors.slice(0, half), tensors.slice(half)];
  const map: Record<string, string> = {};
  shards.forEach((shard, index) => {
    const file = `model-0000${index + 1}-of-00002.safetensors`;
    writeShard(join(source, file), shard);
    for (const tensor of shard) map[tensor.name] = file;
  });
  writeFileSync(join(source, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: map }));
  writeFileSync(
    join(source, 'config.json'),
    JSON.stringify({
      model_type: 'llama',
      architectures: ['LlamaForCausalLM'],
      hidden_act: 'silu',
      hidden_size: MODEL.hidden,
      num_hidden_layers: MODEL.layers,
      num_attention_heads: MODEL.heads,
      num_key_value_heads: MODEL.kvHeads,
      head_dim: MODEL.headDim,
      intermediate_size: MODEL.ffn,
      vocab_size: MODEL.vocab,
      max_position_embeddings: MODEL.maxPositions,
      rope_theta: MODEL.ropeTheta,
      rope_scaling: { rope_type: 'llama3', factor: 4, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 },
      rms_norm_eps: MODEL.normEpsilon,
      tie_word_embeddings: false,
      bos_token_id: 1022,
      eos_token_id: 1023,
    }),
  );
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) cpSync(join(MOBY, file), join(source, file));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['fp32', 'u280', 'temporal'],
  ['w4a4kv8', 'v80', 'hybrid'],
] as const)('%s on %s, %s: new, export, pack and csim give the tokens of the reference', { timeout: 300_000 }, async (recipe, target, style) => {
  const file = join(folder, `${recipe}.json`);
  const project = join(folder, recipe);
  const composer = join(ROOT, 'build/cli/composer.mjs');
  const run = async (args: readonly string[], cwd = folder): Promise<string> => {
    const result = await command(process.execPath, args, cwd);
    expect(result.code, result.stderr).toBe(0);
    return result.stdout;
  };
  await run([composer, 'new', '--model', source, '--target', target, '--recipe', recipe, '--prefill', style, '--decode', style, '--prompt', '64', '--context', '128', '--out', file]);
  await run([composer, 'export', file, '--out', project]);
  await run(['run.mjs', 'pack', '--model', source, '--json'], project);
  const answer = JSON.parse(await run(['run.mjs', 'csim', '--prompt', 'Call me Ishmael. "; rm -rf /', '--tokens', '24', '--json'], project)) as { ids: number[]; promptIds: number[]; cycles: { prefill: number; decode: number } };
  const record = JSON.parse(readFileSync(join(project, 'build/pack.json'), 'utf8')) as { calibration: Calibration | null };
  const design = JSON.parse(readFileSync(file, 'utf8')) as Design;
  const reference = await loadReference(weights, design.recipe, record.calibration);
  expect(answer.ids).toEqual(generate(reference, answer.promptIds, 24));
  expect(answer.cycles.prefill).toBeGreaterThan(0);
  expect(answer.cycles.decode).toBeGreaterThan(0);
});
