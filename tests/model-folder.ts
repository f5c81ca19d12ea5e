/** Writes weights as a folder of Hugging Face files, as models are downloaded: config.json, tokenizer, bfloat16 safetensors, in shards when asked. */
import { closeSync, cpSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture, LinearRole, NormRole } from '../src/core/models/architecture.ts';
import { linearShape } from '../src/core/models/architecture.ts';
import { linearTensorName, normTensorName, type WeightSource } from '../src/core/models/weights.ts';
import { MOBY } from './harness.ts';

/** Rows that are in memory at a time: models may be larger than it. */
const ROWS = 2048;

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rows: (start: number, count: number) => Promise<Float32Array>;
}

function tensorsOf(weights: WeightSource): Tensor[] {
  const { model } = weights;
  const linear = (role: LinearRole, layer: number): Tensor => {
    const { k, n } = linearShape(model, role);
    return {
      name: linearTensorName(model, role, layer),
      shape: [n, k],
      rows: (start, count) => weights.linearRows(role, layer, start, count),
    };
  };
  const norm = (role: NormRole, layer: number): Tensor => ({
    name: normTensorName(role, layer),
    shape: [model.hidden],
    rows: () => weights.norm(role, layer),
  });
  const layers = Array.from({ length: model.layers }, (_, layer) => [
    ...(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const).map((role) =>
      linear(role, layer),
    ),
    norm('attn_norm', layer),
    norm('ffn_norm', layer),
  ]);
  return [
    {
      name: 'model.embed_tokens.weight',
      shape: [model.vocab, model.hidden],
      rows: (start, count) => weights.embeddingRows(start, count),
    },
    ...layers.flat(),
    norm('final_norm', 0),
    ...(model.tiedHead ? [] : [linear('lm_head', 0)]),
  ];
}

/** The upper halves of the fp32 words: rounds by cutting. */
function bfloat16(values: Float32Array): Uint8Array {
  const words = new Uint16Array(values.buffer, values.byteOffset, values.length * 2);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) halves[index] = words[2 * index + 1] as number;
  return new Uint8Array(halves.buffer);
}

/** A tensor of fp32 values. */
export interface Float32Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A safetensors file of fp32 tensors. */
export function safetensorsOf(tensors: Readonly<Record<string, Float32Tensor>>): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(values.buffer));
  // A plain array: slices of a Buffer are no copies.
  return new Uint8Array(Buffer.concat([length, text, ...data]));
}

async function writeShard(path: string, tensors: readonly Tensor[]): Promise<void> {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const { name, shape } of tensors) {
    const bytes = 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([length, text]));
  for (const { shape, rows } of tensors) {
    const [first = 0] = shape;
    const step = shape.length === 1 ? first : ROWS;
    for (let start = 0; start < first; start += step)
      writeSync(file, bfloat16(await rows(start, Math.min(step, first - start))));
  }
  closeSync(file);
}

function configOf(model: Architecture): object {
  const { ropeScaling } = model;
  return {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_act: 'silu',
    hidden_size: model.hidden,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    num_key_value_heads: model.kvHeads,
    head_dim: model.headDim,
    intermediate_size: model.ffn,
    vocab_size: model.vocab,
    max_position_embeddings: model.maxPositions,
    rope_theta: model.ropeTheta,
    rope_scaling: ropeScaling && {
      rope_type: 'llama3',
      factor: ropeScaling.factor,
      low_freq_factor: ropeScaling.lowFrequencyFactor,
      high_freq_factor: ropeScaling.highFrequencyFactor,
      original_max_position_embeddings: ropeScaling.originalMaxPositions,
    },
    rms_norm_eps: model.normEpsilon,
    tie_word_embeddings: model.tiedHead,
    bos_token_id: model.bos,
    eos_token_id: model.eos,
  };
}

/** Writes the model to `folder`, with the tokenizer of the sample model: the vocabulary must hold its 1024 tokens. */
export async function writeModelFolder(folder: string, weights: WeightSource, shards = 1): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const tensors = tensorsOf(weights);
  if (shards === 1) await writeShard(join(folder, 'model.safetensors'), tensors);
  else {
    const map: Record<string, string> = {};
    for (let shard = 0; shard < shards; shard += 1) {
      const file = `model-0000${shard + 1}-of-0000${shards}.safetensors`;
      const own = tensors.slice(
        Math.ceil((shard * tensors.length) / shards),
        Math.ceil(((shard + 1) * tensors.length) / shards),
      );
      await writeShard(join(folder, file), own);
      for (const { name } of own) map[name] = file;
    }
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: map }));
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(weights.model)));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) cpSync(join(MOBY, file), join(folder, file));
}
