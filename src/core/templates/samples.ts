import type { Design } from '../design/types.ts';
import { type Recipe, recipeByName } from '../models/recipe.ts';
import { LLAMA_2_7B, LLAMA_3_2_1B, MOBY_LLAMA_1M } from '../models/samples.ts';
import { TARGETS, type Target } from '../targets/targets.ts';
import { type ComposeOptions, composeDesign } from './compose.ts';
import type { TemplateStyle } from './llama.ts';

export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** The exported project contains the trained sample model. */
  readonly shipsModel: boolean;
  readonly design: () => Design;
}

const recipe = (name: string): Recipe => {
  const found = recipeByName(name);
  if (!found) throw new Error(`no recipe ${name}`);
  return found;
};
/** The board that there is. @throws Error where there is none */
export const boardOf = (id: string): Target => {
  const found = TARGETS.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no target ${id}`);
  return found;
};

const MOBY_LIMITS = { prompt: 256, context: 512 };
const MOBY_WORKLOAD = { prompt: 64, generate: 128, batch: 1 };
/** Prompts far longer than a window, in launches of as many tokens as the hybrid samples take. */
const MOBY_LONG_LIMITS = { prompt: 4096, context: 4352, chunk: 256 };
const LLAMA_LIMITS = { prompt: 1024, context: 2048 };
const LLAMA_WORKLOAD = { prompt: 1024, generate: 1024, batch: 1 };

/** Launches of 256 tokens, those of the memory and the begin token among them. */
const MOBY_SEGMENTS = { segment: 221, summary: 110, recall: 32, memories: 64 };
/** Launches of 1,024 tokens: the published sizes, less one token for the begin token. */
const LLAMA_SEGMENTS = { segment: 989, summary: 494, recall: 32, memories: 64 };

/** What a token attends to; AccLLM leaves the sizes open. */
const MOBY_WINDOW = { sinks: 16, recent: 112 };
const LLAMA_WINDOW = { sinks: 64, recent: 960 };

function moby(id: string, style: TemplateStyle, hmt?: Design['hmt']): Design {
  return composeDesign({
    name: id,
    model: MOBY_LLAMA_1M,
    target: boardOf('u280'),
    recipe: recipe('w8a8kv8'),
    prefill: style,
    decode: style,
    limits: MOBY_LIMITS,
    workload: MOBY_WORKLOAD,
    hmt,
  });
}

/** Llama 3.2 1B in the form that is fastest, at a clock that can be expected. */
const fastLlama = (id: string, board: string, clocks: Design['clocks']): Design => ({
  ...composeDesign({
    name: id,
    model: LLAMA_3_2_1B,
    target: boardOf(board),
    recipe: recipe('w4a4kv8'),
    prefill: 'fast',
    decode: 'fast',
    limits: LLAMA_LIMITS,
    workload: LLAMA_WORKLOAD,
  }),
  clocks,
});

/** AccLLM's compression and attention, on engines of slices and of column blocks. */
const accLlm = (
  id: string,
  own: Pick<ComposeOptions, 'model' | 'limits' | 'workload' | 'window' | 'parallelism'>,
): Design =>
  composeDesign({
    ...own,
    name: id,
    target: boardOf('u280'),
    recipe: recipe('w2a8kv4-2:4'),
    prefill: 'fast',
    decode: 'fast',
  });

/** FlexLLM's published prefill and decode for U280. */
const publishedU280 = (id: string, hmt?: Design['hmt']): Design => ({
  ...composeDesign({
    name: id,
    model: LLAMA_3_2_1B,
    target: boardOf('u280'),
    recipe: recipe('w4a4kv8'),
    prefill: 'hybrid',
    decode: 'hybrid',
    limits: LLAMA_LIMITS,
    workload: LLAMA_WORKLOAD,
    parallelism: {
      tp: 8,
      wpAttention: 24,
      wpFfn: 96,
      keyParallel: 16,
      valueParallel: 16,
      bp: 16,
      wpDecode: 64,
      lanes: 16,
      headLanes: 4,
      decodeKeyParallel: 64,
      decodeValueParallel: 64,
    },
    hmt,
  }),
  clocks: { prefill: 304, decode: 292 },
});

/** Sample designs, by id; built from templates so that they are always of the current version. */
export const SAMPLES: readonly Sample[] = [
  {
    id: 'moby-u280',
    title: 'Moby 1M, hybrid',
    summary:
      'A small trained model on U280, composed like FlexLLM: engines shared where they would idle, own hardware where they would not.',
    shipsModel: true,
    design: () => moby('moby-u280', 'hybrid'),
  },
  {
    id: 'moby-spatial',
    title: 'Moby 1M, spatial',
    summary: 'The same model with hardware of its own for every operation.',
    shipsModel: true,
    design: () => moby('moby-spatial', 'spatial'),
  },
  {
    id: 'moby-temporal',
    title: 'Moby 1M, temporal',
    summary: 'The same model on as few instances as possible, each reused in many passes.',
    shipsModel: true,
    design: () => moby('moby-temporal', 'temporal'),
  },
  {
    id: 'moby-u280-fast',
    title: 'Moby 1M, fast',
    summary:
      'The same model in the form that is fastest: engines of slices, modules that overlap, every tensor quantized once.',
    shipsModel: true,
    design: () => moby('moby-u280-fast', 'fast'),
  },
  {
    id: 'llama-3.2-1b-u280',
    title: 'Llama 3.2 1B on U280',
    summary:
      "FlexLLM's published configuration: prefill TP 8, WP 24/96, attention 16; decode BP 16, 1024 multiply-accumulates, attention 256.",
    shipsModel: false,
    design: () => publishedU280('llama-3.2-1b-u280'),
  },
  {
    id: 'moby-hmt',
    title: 'Moby 1M, texts of any length',
    summary:
      'The hybrid sample reads a text of any length in segments of 221 tokens and keeps a memory of the last 64 (Hierarchical Memory Transformer).',
    shipsModel: true,
    design: () => ({
      ...moby('moby-hmt', 'hybrid', MOBY_SEGMENTS),
      workload: { ...MOBY_WORKLOAD, prompt: 4000 },
    }),
  },
  {
    id: 'llama-3.2-1b-u280-hmt',
    title: 'Llama 3.2 1B on U280, texts of any length',
    summary:
      "FlexLLM's published configuration with its memory of segments: 989 tokens each, a summary of 494, 64 memories, on an engine of 16 fp32 products per cycle.",
    shipsModel: false,
    design: () => ({
      ...publishedU280('llama-3.2-1b-u280-hmt', LLAMA_SEGMENTS),
      workload: { ...LLAMA_WORKLOAD, prompt: 16_384 },
    }),
  },
  {
    id: 'llama-3.2-1b-v80',
    title: 'Llama 3.2 1B on V80',
    summary:
      "FlexLLM's projection for V80: prefill TP 16, WP 32/128, attention 32; decode BP 64, 4096 multiply-accumulates, attention 1024.",
    shipsModel: false,
    design: () => ({
      ...composeDesign({
        name: 'llama-3.2-1b-v80',
        model: LLAMA_3_2_1B,
        target: boardOf('v80'),
        recipe: recipe('w4a4kv8'),
        prefill: 'hybrid',
        decode: 'hybrid',
        limits: LLAMA_LIMITS,
        workload: LLAMA_WORKLOAD,
        parallelism: {
          tp: 16,
          wpAttention: 32,
          wpFfn: 128,
          prefillMultipliers: 'dsp4',
          keyParallel: 32,
          valueParallel: 32,
          bp: 64,
          wpDecode: 64,
          lanes: 16,
          headLanes: 16,
          decodeKeyParallel: 64,
          decodeValueParallel: 64,
        },
      }),
    }),
  },
  {
    id: 'llama-3.2-1b-u280-fast',
    title: 'Llama 3.2 1B, fast, on U280',
    summary:
      'Faster than the published accelerators: decode on 28 slices with a memory port each and weights that run ahead, keys and values read once per group of heads; prefill TP 16, WP 32/128 on column blocks and four products per DSP.',
    shipsModel: false,
    design: () => fastLlama('llama-3.2-1b-u280-fast', 'u280', { prefill: 250, decode: 260 }),
  },
  {
    id: 'llama-3.2-1b-v80-fast',
    title: 'Llama 3.2 1B, fast, on V80',
    summary:
      'The same on V80 in the compute shell of SLASH at 200 MHz: decode on 35 slices, prefill TP 16, WP 64/256, values 64.',
    shipsModel: false,
    design: () => fastLlama('llama-3.2-1b-v80-fast', 'v80', { prefill: 200, decode: 200 }),
  },
  {
    id: 'moby-accllm',
    title: 'Moby 1M, compressed as in AccLLM',
    summary:
      'Weights of 2 bits of which every second one is left out (2:4), activations of 8 bits, a KV cache of 4 bits, and attention to the first 16 and the recent 112 tokens.',
    shipsModel: true,
    design: () =>
      accLlm('moby-accllm', {
        model: MOBY_LLAMA_1M,
        limits: MOBY_LONG_LIMITS,
        workload: MOBY_WORKLOAD,
        window: MOBY_WINDOW,
      }),
  },
  {
    id: 'llama-2-7b-u280-accllm',
    title: 'Llama 2 7B on U280, compressed as in AccLLM',
    summary:
      "AccLLM's model at its clock of 225 MHz: 2:4 and 2 bits for weights, 8 for activations, 4 for the KV cache, attention to the first 64 and the recent 960 tokens; decode on 24 slices, prefill TP 16, WP 64.",
    shipsModel: false,
    design: () => ({
      ...accLlm('llama-2-7b-u280-accllm', {
        model: LLAMA_2_7B,
        limits: LLAMA_LIMITS,
        workload: LLAMA_WORKLOAD,
        window: LLAMA_WINDOW,
        parallelism: { cachePorts: 4, slices: 24, tp: 16, wpAttention: 64, wpFfn: 64 },
      }),
      clocks: { prefill: 225, decode: 225 },
    }),
  },
];

export function sampleById(id: string): Sample | undefined {
  return SAMPLES.find((sample) => sample.id === id);
}

/** The design of a sample that there is. @throws Error where there is none */
export function sampleDesign(id: string): Design {
  const sample = sampleById(id);
  if (!sample) throw new Error(`no sample ${id}`);
  return sample.design();
}

/** Files of the trained sample model, relative to its folder; they go into the `model/` folder of exported projects. */
export const SAMPLE_MODEL_FILES: readonly string[] = [
  'README.md',
  'config.json',
  'generation_config.json',
  'heldout.txt',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** True when the exported project can contain the sample model: the design's dimensions are exactly its own. */
export function usesSampleModel(design: Design): boolean {
  const own = { ...design.model, name: '' };
  const sample = { ...MOBY_LLAMA_1M, name: '' };
  return Object.entries(sample).every(
    ([key, value]) => JSON.stringify(value) === JSON.stringify(own[key as keyof typeof own]),
  );
}
