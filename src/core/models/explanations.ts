import type { Explanations } from '../diagnostics/diagnostic.ts';
import type { MODEL_DIAGNOSTICS } from './diagnostics.ts';
import type { RECIPE_DIAGNOSTICS } from './recipe-diagnostics.ts';

const TENSOR = 'model.layers.0.mlp.up_proj.weight';
const INDEX = 'model.safetensors.index.json';
const FILE = 'model.safetensors';
const ORIGINAL = {
  why: 'The sizes of the hardware, and the layout of the weights, follow from these values.',
  remedy: "Take the file from the model's own page, or correct the value to what the model was trained with.",
};

const LLAMA_ONLY = {
  why: 'The modules compute the Llama family: RMSNorm, rotary embedding, grouped-query attention and SwiGLU, all without biases.',
  remedy: 'Choose a model of that family. Anything else would need modules of its own.',
};

const DAMAGED = {
  why: 'The header of a safetensors file says where each tensor lies; it is checked in full before any weight is read.',
  remedy: 'Download the file again and compare its size, or its checksum, with that on the page of the model.',
};

const OTHER_FILES = {
  why: 'Every matrix of the configuration is packed into the memory images; none can be missing or have another shape.',
  remedy: 'Use config.json and weights of one and the same model, downloaded whole.',
};

const MEMORY_WEIGHTS = {
  why: 'Topic token, gain and projections of a memory were trained together: with some of them missing, or of another model, what is retrieved means nothing.',
  remedy: 'Give the whole file that training wrote, or none: then the memory starts from the stated initialisation.',
};

const MANIFEST = {
  why: 'The manifest of a project says how the weights are laid out for its kernels; one that was changed does not fit them.',
  remedy: 'Export the project again and use its own runner and manifest.',
};

const REPORT = {
  why: 'Only the report of a build has the measured resources and clocks that the composer takes over.',
  remedy: 'Run "node run.mjs report" in the exported project after a build and choose the report.json that it writes.',
};

const PROBE = {
  why: 'Only the result of a probe says which assumptions hold with the tools of the user.',
  remedy:
    'Run "node run.mjs probe" in an exported project where the tools are, and choose the probe.json that it writes.',
};

/** Why each diagnostic of models and their files is one, and what to do: for the page of all diagnostics, which no program carries. */
export const MODEL_EXPLANATIONS: Explanations<typeof MODEL_DIAGNOSTICS> = {
  'config-not-json': {
    sample: { reason: 'Unexpected end of JSON input' },
    why: 'The file was cut off, or is a page of a web site that was saved in its place.',
    remedy: 'Download the raw file from the page of the model.',
  },
  'config-no-object': {
    sample: { value: '[]' },
    why: 'A configuration is a JSON object with one key per value.',
    remedy: 'Download the raw file from the page of the model.',
  },
  'config-integer': {
    sample: { key: 'hidden_size', value: 'missing', least: 1, most: 65536 },
    ...ORIGINAL,
  },
  'config-number': {
    sample: { key: 'rms_norm_eps', value: '0', above: 0, most: 1 },
    ...ORIGINAL,
  },
  'config-boolean': {
    sample: { key: 'tie_word_embeddings', value: '"yes"' },
    ...ORIGINAL,
  },
  'config-tokens-many': {
    sample: { key: 'eos_token_id', tokens: 200, most: 16 },
    why: 'Every token that is generated is compared with each of them.',
    remedy: 'Keep the tokens that end a text.',
  },
  'config-token-unknown': {
    sample: { key: 'bos_token_id', value: '128256', vocab: 128256 },
    ...ORIGINAL,
  },
  'config-family': {
    sample: {
      value: '"qwen2"',
      architecture: '"Qwen2ForCausalLM"',
      reason: 'its query, key and value projections have biases',
    },
    ...LLAMA_ONLY,
  },
  'config-architecture': {
    sample: { value: '"LlamaForSequenceClassification"', type: '"llama"', expected: 'LlamaForCausalLM' },
    why: 'A class of its own computes something else with the same sizes: a draft head, a classifier, a reward. Run as a language model it would answer nonsense.',
    remedy:
      'Use the language model itself. Where "architectures" is wrong although the weights are those of a language model, correct it.',
  },
  'config-feature': {
    sample: { key: 'attention_bias', value: 'true', feature: 'attention with biases' },
    ...LLAMA_ONLY,
  },
  'config-scaling-value': {
    sample: { key: 'rope_scaling', value: '8' },
    ...ORIGINAL,
  },
  'config-scaling-type': {
    sample: { value: '"yarn"' },
    why: 'The table of rotations is computed as Llama 3 does it.',
    remedy: 'Choose a model without scaling, or one that scales as Llama 3 does.',
  },
  'config-scaling-factors': {
    sample: { high: 1, low: 4 },
    why: 'Frequencies between the two factors are blended, over a range that must not be empty.',
    remedy: ORIGINAL.remedy,
  },
  'config-head-size-missing': {
    sample: { hidden: 2048, heads: 24 },
    why: 'Where the size of a head is not given, it is the hidden size divided by the number of heads.',
    remedy: 'Add the "head_dim" that the model was trained with.',
  },
  'config-head-size-odd': {
    sample: { headDim: 63 },
    why: 'Rotary position embedding turns channels two by two, the first half of a head with the second.',
    remedy: 'Correct "head_dim", or choose another model.',
  },
  'config-kv-heads': {
    sample: { heads: 32, kvHeads: 5 },
    why: 'All query heads of a group read the same keys and values, so that each KV head serves equally many.',
    remedy: ORIGINAL.remedy,
  },
  'config-heads-large': {
    sample: { heads: 128, headDim: 1024, most: 65536 },
    why: 'Beyond this width a file is more likely damaged than real, and accumulators could overflow.',
    remedy: ORIGINAL.remedy,
  },
  'file-pointer': {
    sample: { file: 'model-00001-of-00002.safetensors' },
    why: 'Repositories of models keep large files in Git LFS. Cloned without it, each of them is a text of three lines that only names the file.',
    remedy: 'Fetch the files with Git LFS, or with the downloader of the site; weights then have gigabytes, not bytes.',
  },
  'weights-cut-off': {
    sample: { file: FILE, bytes: 0 },
    ...DAMAGED,
  },
  'weights-header-length': {
    sample: { file: FILE, length: 4_294_967_296 },
    ...DAMAGED,
  },
  'weights-header-longer': {
    sample: { file: FILE, length: 16384, bytes: 1024 },
    ...DAMAGED,
  },
  'weights-header-unread': {
    sample: { file: FILE },
    ...DAMAGED,
  },
  'weights-header-not-json': {
    sample: { file: FILE },
    ...DAMAGED,
  },
  'weights-header-no-object': {
    sample: { file: FILE },
    ...DAMAGED,
  },
  'weights-entry-no-object': {
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  },
  'weights-entry-type': {
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  },
  'weights-entry-shape': {
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  },
  'weights-entry-offsets': {
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  },
  'weights-entry-outside': {
    sample: { file: FILE, tensor: TENSOR, begin: 0, end: 33554432, bytes: 1048576 },
    ...DAMAGED,
  },
  'weights-entry-size': {
    sample: { file: FILE, tensor: TENSOR, shape: [2048, 8192], type: 'BF16', needs: 33554432, bytes: 33554430 },
    ...DAMAGED,
  },
  'weights-overlap': {
    sample: { file: FILE, first: 'model.norm.weight', second: TENSOR },
    ...DAMAGED,
  },
  'weights-tensor-cut-off': {
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  },
  'weights-tensor-not-there': {
    sample: { file: FILE, tensor: TENSOR },
    ...OTHER_FILES,
  },
  'weights-tensor-type': {
    sample: { file: FILE, tensor: TENSOR, type: 'I8' },
    why: 'Weights are quantized as the recipe says, from floating-point numbers; ones that are integers already have another meaning.',
    remedy: 'Use the original, unquantized model, in one of the three types.',
  },
  'weights-not-finite': {
    sample: { file: FILE, tensor: TENSOR, value: Number.POSITIVE_INFINITY, row: 17 },
    why: 'One number that is infinite or undefined makes every result behind it undefined.',
    remedy: DAMAGED.remedy,
  },
  'index-not-json': {
    sample: { file: INDEX },
    why: 'The index says in which of several files each tensor lies.',
    remedy: 'Download the raw file from the page of the model.',
  },
  'index-without-map': {
    sample: { file: INDEX },
    why: 'The index says in which of several files each tensor lies.',
    remedy: 'Download the raw file from the page of the model.',
  },
  'index-shard-name': {
    sample: { file: INDEX, tensor: TENSOR, shard: '"../weights.bin"' },
    why: 'Shards lie beside their index; a name that leads elsewhere is not followed.',
    remedy: 'Download the raw file from the page of the model.',
  },
  'index-tensor-missing': {
    sample: { file: 'model-00001-of-00002.safetensors', tensor: TENSOR, index: INDEX },
    why: 'Index and shards are of different versions of the model.',
    remedy: 'Download the index and all shards anew, of one version.',
  },
  'tensor-missing': {
    sample: { tensor: TENSOR },
    ...OTHER_FILES,
  },
  'tensor-head-missing': {
    sample: { tensor: 'lm_head.weight' },
    why: 'Many models use one table as embedding and as output head, and store it once; "tie_word_embeddings" says so. Without it, the head is a matrix of its own.',
    remedy:
      'Look at the page of the model. Where the head is shared, set "tie_word_embeddings" to true in config.json and make the design anew from it (composer new): the design holds that value too.',
  },
  'tensor-shape': {
    sample: { tensor: TENSOR, shape: [4096, 2048], expected: [8192, 2048] },
    ...OTHER_FILES,
  },
  'tensor-type': {
    sample: { tensor: TENSOR, type: 'I8' },
    why: 'Weights are quantized as the recipe says, from floating-point numbers; ones that are integers already have another meaning.',
    remedy: 'Use the original, unquantized model, in one of the three types.',
  },
  'tensor-bias': {
    sample: { tensor: 'model.layers.0.self_attn.q_proj.bias' },
    ...LLAMA_ONLY,
  },
  'tensors-more': {
    sample: { more: 280 },
    why: 'Files of another model differ in every layer; the first tensors say enough.',
    remedy: OTHER_FILES.remedy,
  },
  'memory-tensor-missing': {
    sample: { tensor: 'hmt.gain', present: ['hmt.topic'] },
    ...MEMORY_WEIGHTS,
  },
  'memory-unusable': {
    sample: { file: 'memory.safetensors', problems: ['Tensor "hmt.gain" is missing beside hmt.topic.'] },
    ...MEMORY_WEIGHTS,
  },
  'memory-not-there': {
    sample: { file: FILE, tensors: ['hmt.topic', 'hmt.gain'] },
    ...MEMORY_WEIGHTS,
  },
  'memory-with-projections': {
    sample: { tensors: ['hmt.query.weight', 'hmt.key.weight'] },
    why: 'Projections are hardware: an engine in front of the search, and keys beside the memories.',
    remedy: 'Switch them on in the design, in the inspector under Prefill reads a text.',
  },
  'memory-without-projections': {
    sample: { tensors: ['hmt.query.weight', 'hmt.key.weight'] },
    why: 'A memory that was trained without projections compares the states themselves; matrices in between would cost time for nothing.',
    remedy: 'Switch the projections of the design off, or take weights that were trained with them.',
  },
  'weights-of-other-model': {
    sample: { model: 'Llama-3.2-1B', problems: [`Tensor "${TENSOR}" is missing.`] },
    ...OTHER_FILES,
  },
  'recipe-impossible': {
    sample: {
      problems: [
        'Recipe "mixed", ffn: weights and activations must both be fp32 or both integers; change one of them.',
      ],
    },
    why: 'A recipe is checked before weights are quantized with it: see recipe-mixed, recipe-group-format, recipe-group-width, recipe-sparsity-pattern, recipe-sparsity-format, recipe-sparsity-ternary, recipe-sparsity-width, recipe-cache-attention, recipe-cache-head, recipe-cache-group and recipe-hadamard.',
    remedy: 'Correct the recipe as the sentences say.',
  },
  'calibration-missing': {
    sample: { recipe: 'w4a4kv8' },
    why: 'Attention is quantized with fixed scales per head, and weights may be pruned by the norms of their input channels: both are measured on a text once.',
    remedy: 'Calibrate the model with a text of a paragraph or more.',
  },
  'calibration-without-norms': {
    sample: { recipe: 'w4a8kv8-2:4', role: 'q_proj' },
    why: 'Norms of input channels are measured for the matrices that a recipe prunes by them; this calibration was made for another recipe.',
    remedy: 'Calibrate the model for the recipe that is packed.',
  },
  'calibration-without-text': {
    sample: {},
    why: 'Scales are the largest values that occur over a text.',
    remedy: 'Give a text like those that the model will read.',
  },
  'calibration-not-finite': {
    sample: { layer: 3, model: 'Llama-3.2-1B' },
    why: 'Scales of such numbers would mean nothing.',
    remedy: DAMAGED.remedy,
  },
  'calibration-of-other-model': {
    sample: { layer: 0, model: 'Llama-3.2-1B' },
    why: 'A calibration has a scale for each head of each layer of one model.',
    remedy: 'Calibrate this model.',
  },
  'scales-not-static': {
    sample: { role: 'q' },
    why: 'The manifest asks for the scales of quantized attention, but the recipe of the project has none.',
    remedy: MANIFEST.remedy,
  },
  'image-word-size': {
    sample: { image: 'linear_all_w0', bytes: 0 },
    ...MANIFEST,
  },
  'image-segment-size': {
    sample: { image: 'linear_all_w0', segment: 'q_proj', words: 32768, expected: 65536 },
    ...MANIFEST,
  },
  'image-word-narrow': {
    sample: { image: 'linear_all_w0', bytes: 32, needs: 64 },
    ...MANIFEST,
  },
  'image-no-matrix': {
    sample: { image: 'linear_all_w0', segment: 'x_proj' },
    ...MANIFEST,
  },
  'image-format': {
    sample: { image: 'linear_all_w0', segment: 'q_proj', format: 'int8', recipe: 'int4' },
    ...MANIFEST,
  },
  'image-groups-apart': {
    sample: { image: 'linear_all_w0', segment: 'o_proj', size: 32 },
    ...MANIFEST,
  },
  'image-port': {
    sample: { image: 'linear_all_w0', port: 0, ports: 3, split: 64 },
    ...MANIFEST,
  },
  'image-no-norm': {
    sample: { image: 'rms_norm_gamma', segment: 'q_proj' },
    ...MANIFEST,
  },
  'image-no-scales': {
    sample: { image: 'quantize_static_table', segment: 'q_proj' },
    ...MANIFEST,
  },
  'image-no-table': {
    sample: { image: 'rope_angles' },
    ...MANIFEST,
  },
  'report-too-large': {
    sample: {},
    ...REPORT,
  },
  'report-not-json': {
    sample: {},
    ...REPORT,
  },
  'report-unknown': {
    sample: {},
    ...REPORT,
  },
  'report-version': {
    sample: { version: 2, known: 1 },
    why: 'The runner of the project and this composer are of different releases.',
    remedy:
      'Export the project again, and write the report with its runner; a build need not be repeated if the kernels are the same.',
  },
  'report-damaged': {
    sample: { where: 'at stages.decode.clock', reason: 'must be a number, but is "fast"' },
    ...REPORT,
  },
  'probe-too-large': {
    sample: {},
    ...PROBE,
  },
  'probe-not-json': {
    sample: {},
    ...PROBE,
  },
  'probe-unknown': {
    sample: {},
    ...PROBE,
  },
  'probe-version': {
    sample: { version: 2, known: 1 },
    why: 'The runner of the project and this composer are of different releases.',
    remedy: 'Export the project again, and probe with its runner.',
  },
  'probe-damaged': {
    sample: { where: 'at assumptions.3.status', reason: 'must be one of held, failed, not run, but is "yes"' },
    ...PROBE,
  },
};

/** The same for a recipe. */
export const RECIPE_EXPLANATIONS: Explanations<typeof RECIPE_DIAGNOSTICS> = {
  'recipe-mixed': {
    sample: { recipe: 'mixed', class: 'ffn' },
    why: 'A linear engine multiplies integers with integers or fp32 with fp32; there is none for a mixture.',
    remedy: 'Quantize both weights and activations of the tensor class, or neither.',
  },
  'recipe-group-format': {
    sample: { recipe: 'own', class: 'ffn', weights: 'int8' },
    why: 'The scale of a group is an integer of 4 bits that multiplies the sum of its products. Weights of 8 bits lose nothing measurable with one scale per output channel, and their sums would outgrow 32 bits.',
    remedy: 'Remove the groups of the tensor class, or choose weights of 4 or 2 bits.',
  },
  'recipe-group-width': {
    sample: { recipe: 'w2a8kv8', class: 'ffn', group: 64, width: 4896, fits: 32 },
    why: 'An engine multiplies the sum of a group by its scale when the group is complete, so the inputs of every matrix consist of whole groups.',
    remedy: 'Choose the size that the sentence names, or one scale per output channel.',
  },
  'recipe-sparsity-pattern': {
    sample: { recipe: 'own', class: 'ffn', pattern: '3:4', legal: ['2:4', '4:8', '1:2', '1:4', '2:8', '1:8'] },
    why: 'An engine takes as many activations per weight as a pattern leaves channels, a whole number of them, and a multiplexer chooses among at most eight.',
    remedy: 'Choose a pattern that the sentence names.',
  },
  'recipe-sparsity-format': {
    sample: { recipe: 'own', class: 'ffn', pattern: '2:4' },
    why: 'The formats in fp32 are there to compare with; what makes weights smaller begins with integers.',
    remedy: 'Choose weights of 8, 4 or 2 bits, or dense weights.',
  },
  'recipe-sparsity-ternary': {
    sample: { recipe: 'own', class: 'ffn', pattern: '2:4' },
    why: 'A ternary weight takes 2 bits and one of its values is 0. Of 2:4 the index of a kept weight would take 2 bits more, so that nothing became smaller.',
    remedy: 'Choose dense weights, or weights of 8, 4 or 2 bits.',
  },
  'recipe-sparsity-width': {
    sample: { recipe: 'own', class: 'ffn', pattern: '4:8', of: 8, width: 4900 },
    why: 'Every output keeps the same number of weights of neighbouring channels, so the inputs of every matrix consist of whole blocks.',
    remedy: 'Choose a pattern with smaller blocks, or dense weights for the tensor class.',
  },
  'recipe-cache-attention': {
    sample: { recipe: 'own' },
    why: 'The cache keeps integers of 4 bits times an integer scale, which are the 8-bit keys and values of int8 attention again. Keys and values in fp32 have no such integers.',
    remedy: 'Choose int8 for attention, or a cache that keeps fp32.',
  },
  'recipe-cache-head': {
    sample: { recipe: 'w4a4kv4', headDim: 50 },
    why: 'The scale of a value has 4 bits, which are the lowest bits of the first four channels of its group. It takes no memory of its own, so that rows stay as they are, but a group of channels, and a word of memory, must have four channels at least.',
    remedy: 'Choose a KV cache of 8 bits in the recipe.',
  },
  'recipe-cache-group': {
    sample: { recipe: 'w4a4kv4', group: 32, headDim: 80, fits: 16 },
    why: 'A head consists of whole groups of channels that share a scale.',
    remedy: 'Choose the size that the sentence names, or one scale per head.',
  },
  'recipe-hadamard': {
    sample: { recipe: 'w4a4kv8', ffn: 5461 },
    why: 'The fast Hadamard transform adds and subtracts channels in pairs. It works in blocks of the largest power of two that divides the width, which an odd width does not have.',
    remedy: 'Switch the rotation off in the recipe; activations of the down projection may then need 8 bits.',
  },
};
