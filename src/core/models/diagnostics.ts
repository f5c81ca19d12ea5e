import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** A key of config.json, as a path, with what it holds as text. */
type Field = { readonly key: string; readonly value: string };
type InFile = { readonly file: string };
type InImage = { readonly image: string };

const FILE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const TENSOR = 'model.layers.0.mlp.up_proj.weight';

const ORIGINAL = {
  why: 'The sizes of the hardware, and the layout of the weights, follow from these values.',
  remedy: "Take the file from the model's own page, or correct the value to what the model was trained with.",
};

const LLAMA_ONLY = {
  why: 'The modules compute the Llama family: RMSNorm, rotary embedding, grouped-query attention and SwiGLU, all without biases.',
  remedy: 'Choose a model of that family. Anything else would need modules of its own.',
};

const damaged = (file: string, what: string): string =>
  `${file}: ${what}; the file is damaged or cut off, download it again.`;

const badEntry = (file: string, tensor: string, what: string): string =>
  `${file}: the header entry of tensor "${tensor}" ${what}; the file is damaged, download it again.`;

const DAMAGED = {
  why: 'The header of a safetensors file says where each tensor lies; it is checked in full before any weight is read.',
  remedy: 'Download the file again and compare its size, or its checksum, with that on the page of the model.',
};

const OTHER_FILES = {
  why: 'Every matrix of the configuration is packed into the memory images; none can be missing or have another shape.',
  remedy: 'Use config.json and weights of one and the same model, downloaded whole.',
};

const inManifest = (image: string, what: string): string =>
  `Image "${image}" of the manifest: ${what}; export the project again.`;

const MANIFEST = {
  why: 'The manifest of a project says how the weights are laid out for its kernels; one that was changed does not fit them.',
  remedy: 'Export the project again and use its own runner and manifest.',
};

const REPORT = {
  why: 'Only the report of a build has the measured resources and clocks that the composer takes over.',
  remedy: 'Run "node run.mjs report" in the exported project after a build and choose the report.json that it writes.',
};

/** What is wrong with a recipe, with the files of a model, or with what was made from them. */
export const MODEL_DIAGNOSTICS = {
  'recipe-mixed': error<{ recipe: string; class: string }>({
    sentence: ({ recipe, class: name }) =>
      `Recipe "${recipe}", ${name}: weights and activations must both be fp32 or both integers; change one of them.`,
    sample: { recipe: 'mixed', class: 'ffn' },
    why: 'A linear engine multiplies integers with integers or fp32 with fp32; there is none for a mixture.',
    remedy: 'Quantize both weights and activations of the tensor class, or neither.',
  }),
  'recipe-hadamard': error<{ recipe: string; ffn: number }>({
    sentence: ({ recipe, ffn }) =>
      `Recipe "${recipe}": the Hadamard rotation needs a power of two, but the feed-forward width is ${ffn}; switch it off.`,
    sample: { recipe: 'w4a4kv8', ffn: 11008 },
    why: 'The fast Hadamard transform adds and subtracts channels in pairs, at distances of 1, 2, 4 and so on up to half of the width.',
    remedy: 'Switch the rotation off in the recipe; activations of the down projection may then need 8 bits.',
  }),

  'config-not-json': error<{ reason: string }>({
    sentence: ({ reason }) => `config.json is not valid JSON (${reason}); download it again.`,
    sample: { reason: 'Unexpected end of JSON input' },
    why: 'The file was cut off, or is a page of a web site that was saved in its place.',
    remedy: 'Download the raw file from the page of the model.',
  }),
  'config-no-object': error<{ value: string }>({
    sentence: ({ value }) => `config.json must hold an object, but holds ${value}; download it again.`,
    sample: { value: '[]' },
    why: 'A configuration is a JSON object with one key per value.',
    remedy: 'Download the raw file from the page of the model.',
  }),
  'config-integer': error<Field & { least: number; most: number }>({
    sentence: ({ key, value, least, most }) =>
      `"${key}" must be a whole number from ${least} to ${most}, but is ${value}; take it from the model's original config.json.`,
    sample: { key: 'hidden_size', value: 'missing', least: 1, most: 65536 },
    ...ORIGINAL,
  }),
  'config-number': error<Field & { above: number; most: number }>({
    sentence: ({ key, value, above, most }) =>
      `"${key}" must be a number greater than ${above} and at most ${most}, but is ${value}; take it from the model's original config.json.`,
    sample: { key: 'rms_norm_eps', value: '0', above: 0, most: 1 },
    ...ORIGINAL,
  }),
  'config-boolean': error<Field>({
    sentence: ({ key, value }) => `"${key}" must be true or false, but is ${value}; correct it.`,
    sample: { key: 'tie_word_embeddings', value: '"yes"' },
    ...ORIGINAL,
  }),
  'config-tokens-many': error<{ key: string; tokens: number }>({
    sentence: ({ key, tokens }) => `"${key}" lists ${tokens} tokens, at most 64 are accepted; shorten the list.`,
    sample: { key: 'eos_token_id', tokens: 200 },
    why: 'Every token that is generated is compared with each of them.',
    remedy: 'Keep the tokens that end a text.',
  }),
  'config-token-unknown': error<Field & { vocab: number }>({
    sentence: ({ key, value, vocab }) =>
      `"${key}" holds ${value}, which is no token id of a vocabulary of ${vocab}; correct it.`,
    sample: { key: 'bos_token_id', value: '128256', vocab: 128256 },
    ...ORIGINAL,
  }),
  'config-window': error<{ value: string }>({
    sentence: ({ value }) =>
      `Mistral models attend through a window of ${value} positions (4096 when missing), which is not supported; use a version whose "sliding_window" is null.`,
    sample: { value: '4096' },
    why: 'The attention modules read all keys before a token.',
    remedy: 'Use a version of the model without the window; later ones have none.',
  }),
  'config-family': error<{ value: string; reason: string }>({
    sentence: ({ value, reason }) =>
      `"model_type" ${value} is not supported: ${reason}; choose a model of type "llama".`,
    sample: { value: '"qwen2"', reason: 'its query, key and value projections have biases' },
    ...LLAMA_ONLY,
  }),
  'config-feature': error<Field & { feature: string }>({
    sentence: ({ key, value, feature }) =>
      `"${key}" is ${value}: ${feature} is not supported; choose a model without it.`,
    sample: { key: 'attention_bias', value: 'true', feature: 'attention with biases' },
    ...LLAMA_ONLY,
  }),
  'config-scaling-value': error<Field>({
    sentence: ({ key, value }) => `"${key}" must be null or an object, but is ${value}; correct it.`,
    sample: { key: 'rope_scaling', value: '8' },
    ...ORIGINAL,
  }),
  'config-scaling-type': error<{ value: string }>({
    sentence: ({ value }) =>
      `RoPE scaling of type ${value} is not supported, only "llama3" or none; choose another model.`,
    sample: { value: '"yarn"' },
    why: 'The table of rotations is computed as Llama 3 does it.',
    remedy: 'Choose a model without scaling, or one that scales as Llama 3 does.',
  }),
  'config-scaling-factors': error<{ high: number; low: number }>({
    sentence: ({ high, low }) =>
      `"high_freq_factor" (${high}) must be greater than "low_freq_factor" (${low}); correct it.`,
    sample: { high: 1, low: 4 },
    why: 'Frequencies between the two factors are blended, over a range that must not be empty.',
    remedy: ORIGINAL.remedy,
  }),
  'config-head-size-missing': error<{ hidden: number; heads: number }>({
    sentence: ({ hidden, heads }) =>
      `"hidden_size" ${hidden} is not divisible by "num_attention_heads" ${heads} and "head_dim" is missing; add "head_dim".`,
    sample: { hidden: 2048, heads: 24 },
    why: 'Where the size of a head is not given, it is the hidden size divided by the number of heads.',
    remedy: 'Add the "head_dim" that the model was trained with.',
  }),
  'config-head-size-odd': error<{ headDim: number }>({
    sentence: ({ headDim }) =>
      `The head size ${headDim} is odd, but RoPE turns pairs of channels; choose a model with an even head size.`,
    sample: { headDim: 63 },
    why: 'Rotary position embedding turns channels two by two, the first half of a head with the second.',
    remedy: 'Correct "head_dim", or choose another model.',
  }),
  'config-kv-heads': error<{ heads: number; kvHeads: number }>({
    sentence: ({ heads, kvHeads }) =>
      `${heads} query heads cannot be shared evenly among ${kvHeads} key-value heads; correct "num_key_value_heads".`,
    sample: { heads: 32, kvHeads: 5 },
    why: 'All query heads of a group read the same keys and values, so that each KV head serves equally many.',
    remedy: ORIGINAL.remedy,
  }),
  'config-heads-large': error<{ heads: number; headDim: number; most: number }>({
    sentence: ({ heads, headDim, most }) =>
      `${heads} heads of ${headDim} channels exceed the ${most} channels that attention may have; correct "head_dim".`,
    sample: { heads: 128, headDim: 1024, most: 65536 },
    why: 'Beyond this width a file is more likely damaged than real, and accumulators could overflow.',
    remedy: ORIGINAL.remedy,
  }),

  'weights-cut-off': error<InFile & { bytes: number }>({
    sentence: ({ file, bytes }) => damaged(file, `only ${bytes} bytes long, too short for a header`),
    sample: { file: FILE, bytes: 0 },
    ...DAMAGED,
  }),
  'weights-header-length': error<InFile & { length: number }>({
    sentence: ({ file, length }) => damaged(file, `the header claims ${length} bytes`),
    sample: { file: FILE, length: 4_294_967_296 },
    ...DAMAGED,
  }),
  'weights-header-longer': error<InFile & { length: number; bytes: number }>({
    sentence: ({ file, length, bytes }) =>
      damaged(file, `the header claims ${length} bytes, but the file has ${bytes}`),
    sample: { file: FILE, length: 16384, bytes: 1024 },
    ...DAMAGED,
  }),
  'weights-header-unread': error<InFile>({
    sentence: ({ file }) => damaged(file, 'the header could not be read in full'),
    sample: { file: FILE },
    ...DAMAGED,
  }),
  'weights-header-not-json': error<InFile>({
    sentence: ({ file }) => damaged(file, 'the header is not valid JSON'),
    sample: { file: FILE },
    ...DAMAGED,
  }),
  'weights-header-no-object': error<InFile>({
    sentence: ({ file }) => damaged(file, 'the header is no object'),
    sample: { file: FILE },
    ...DAMAGED,
  }),
  'weights-entry-no-object': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'is no object'),
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  }),
  'weights-entry-type': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'has no type'),
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  }),
  'weights-entry-shape': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'has no valid shape'),
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  }),
  'weights-entry-offsets': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'has no valid data offsets'),
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  }),
  'weights-entry-outside': error<InFile & { tensor: string; begin: number; end: number; bytes: number }>({
    sentence: ({ file, tensor, begin, end, bytes }) =>
      badEntry(
        file,
        tensor,
        `places it at bytes ${begin} to ${end}, outside the ${bytes} bytes of data (a truncated download?)`,
      ),
    sample: { file: FILE, tensor: TENSOR, begin: 0, end: 33554432, bytes: 1048576 },
    ...DAMAGED,
  }),
  'weights-entry-size': error<
    InFile & { tensor: string; shape: readonly number[]; type: string; needs: number; bytes: number }
  >({
    sentence: ({ file, tensor, shape, type, needs, bytes }) =>
      badEntry(
        file,
        tensor,
        `gives shape [${shape.join(', ')}] of ${type} (${needs} bytes), but ${bytes} bytes of data`,
      ),
    sample: { file: FILE, tensor: TENSOR, shape: [2048, 8192], type: 'BF16', needs: 33554432, bytes: 33554430 },
    ...DAMAGED,
  }),
  'weights-overlap': error<InFile & { first: string; second: string }>({
    sentence: ({ file, first, second }) =>
      `${file}: tensors "${first}" and "${second}" overlap in the file; it is damaged, download it again.`,
    sample: { file: FILE, first: 'model.norm.weight', second: TENSOR },
    ...DAMAGED,
  }),
  'weights-tensor-cut-off': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => damaged(file, `tensor "${tensor}" could not be read in full`),
    sample: { file: FILE, tensor: TENSOR },
    ...DAMAGED,
  }),
  'weights-tensor-not-there': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => `${file}: tensor "${tensor}" is missing; the file belongs to another model.`,
    sample: { file: FILE, tensor: TENSOR },
    ...OTHER_FILES,
  }),
  'weights-tensor-type': error<InFile & { tensor: string; type: string }>({
    sentence: ({ file, tensor, type }) =>
      `${file}: tensor "${tensor}" is of type ${type}; convert the model to F32, F16 or BF16.`,
    sample: { file: FILE, tensor: TENSOR, type: 'I8' },
    why: 'Weights are quantized as the recipe says, from floating-point numbers; ones that are integers already have another meaning.',
    remedy: 'Use the original, unquantized model, in one of the three types.',
  }),
  'weights-not-finite': error<InFile & { tensor: string; value: number; row: number }>({
    sentence: ({ file, tensor, value, row }) =>
      `${file}: tensor "${tensor}" holds ${value} in row ${row}; the weights are damaged, download them again.`,
    sample: { file: FILE, tensor: TENSOR, value: Number.POSITIVE_INFINITY, row: 17 },
    why: 'One number that is infinite or undefined makes every result behind it undefined.',
    remedy: DAMAGED.remedy,
  }),
  'index-not-json': error<InFile>({
    sentence: ({ file }) => `${file}: not valid JSON; download it again.`,
    sample: { file: INDEX },
    why: 'The index says in which of several files each tensor lies.',
    remedy: 'Download the raw file from the page of the model.',
  }),
  'index-without-map': error<InFile>({
    sentence: ({ file }) => `${file}: "weight_map" is missing; download it again.`,
    sample: { file: INDEX },
    why: 'The index says in which of several files each tensor lies.',
    remedy: 'Download the raw file from the page of the model.',
  }),
  'index-shard-name': error<InFile & { tensor: string; shard: string }>({
    sentence: ({ file, tensor, shard }) =>
      `${file}: tensor "${tensor}" is placed in ${shard}, which is no file name of a shard; download it again.`,
    sample: { file: INDEX, tensor: TENSOR, shard: '"../weights.bin"' },
    why: 'Shards lie beside their index; a name that leads elsewhere is not followed.',
    remedy: 'Download the raw file from the page of the model.',
  }),
  'index-tensor-missing': error<InFile & { tensor: string; index: string }>({
    sentence: ({ file, tensor, index }) =>
      `${file}: tensor "${tensor}" is missing although ${index} places it there; download both again.`,
    sample: { file: 'model-00001-of-00002.safetensors', tensor: TENSOR, index: INDEX },
    why: 'Index and shards are of different versions of the model.',
    remedy: 'Download the index and all shards anew, of one version.',
  }),

  'tensor-missing': error<{ tensor: string }>({
    sentence: ({ tensor }) => `Tensor "${tensor}" is missing.`,
    sample: { tensor: TENSOR },
    ...OTHER_FILES,
  }),
  'tensor-shape': error<{ tensor: string; shape: readonly number[]; expected: readonly number[] }>({
    sentence: ({ tensor, shape, expected }) =>
      `Tensor "${tensor}" has shape [${shape.join(', ')}], but the configuration asks for [${expected.join(', ')}].`,
    sample: { tensor: TENSOR, shape: [4096, 2048], expected: [8192, 2048] },
    ...OTHER_FILES,
  }),
  'tensor-type': error<{ tensor: string; type: string }>({
    sentence: ({ tensor, type }) => `Tensor "${tensor}" is of type ${type}; only F32, F16 and BF16 can be read.`,
    sample: { tensor: TENSOR, type: 'I8' },
    why: 'Weights are quantized as the recipe says, from floating-point numbers; ones that are integers already have another meaning.',
    remedy: 'Use the original, unquantized model, in one of the three types.',
  }),
  'tensor-bias': error<{ tensor: string }>({
    sentence: ({ tensor }) => `Tensor "${tensor}" is a bias, which the Llama computation does not have.`,
    sample: { tensor: 'model.layers.0.self_attn.q_proj.bias' },
    ...LLAMA_ONLY,
  }),
  'tensors-more': error<{ more: number }>({
    sentence: ({ more }) => `${more} more problems like these.`,
    sample: { more: 280 },
    why: 'Files of another model differ in every layer; the first tensors say enough.',
    remedy: OTHER_FILES.remedy,
  }),
  'weights-of-other-model': error<{ model: string; problems: readonly string[] }>({
    sentence: ({ model, problems }) =>
      `The weights do not fit the configuration of ${model}: ${problems.join(' ')} Use the files of one and the same model.`,
    sample: { model: 'Llama-3.2-1B', problems: [`Tensor "${TENSOR}" is missing.`] },
    ...OTHER_FILES,
  }),

  'recipe-impossible': error<{ problems: readonly string[] }>({
    sentence: ({ problems }) => problems.join(' '),
    sample: {
      problems: [
        'Recipe "mixed", ffn: weights and activations must both be fp32 or both integers; change one of them.',
      ],
    },
    why: 'A recipe is checked before weights are quantized with it: see recipe-mixed and recipe-hadamard.',
    remedy: 'Correct the recipe as the sentences say.',
  }),
  'calibration-missing': error<{ recipe: string }>({
    sentence: ({ recipe }) =>
      `Recipe "${recipe}" has int8 attention, which needs a calibration; calibrate the model first.`,
    sample: { recipe: 'w4a4kv8' },
    why: 'Attention is quantized with fixed scales per head, which are measured on a text once.',
    remedy: 'Calibrate the model with a text of a paragraph or more.',
  }),
  'calibration-without-text': error({
    sentence: () => 'The calibration text has no tokens; give a text of a paragraph or more.',
    sample: {},
    why: 'Scales are the largest values that occur over a text.',
    remedy: 'Give a text like those that the model will read.',
  }),
  'calibration-not-finite': error<{ layer: number; model: string }>({
    sentence: ({ layer, model }) =>
      `Layer ${layer} of ${model} computes infinite or undefined numbers; the weights are damaged, download them again.`,
    sample: { layer: 3, model: 'Llama-3.2-1B' },
    why: 'Scales of such numbers would mean nothing.',
    remedy: DAMAGED.remedy,
  }),
  'calibration-of-other-model': error<{ layer: number; model: string }>({
    sentence: ({ layer, model }) => `The calibration does not fit layer ${layer} of ${model}; calibrate again.`,
    sample: { layer: 0, model: 'Llama-3.2-1B' },
    why: 'A calibration has a scale for each head of each layer of one model.',
    remedy: 'Calibrate this model.',
  }),
  'scales-not-static': error<{ role: string }>({
    sentence: ({ role }) => `Attention in fp32 has no "${role}" scales; only int8 attention does.`,
    sample: { role: 'q' },
    why: 'The manifest asks for the scales of quantized attention, but the recipe of the project has none.',
    remedy: MANIFEST.remedy,
  }),

  'image-word-size': error<InImage & { bytes: number }>({
    sentence: ({ image, bytes }) => inManifest(image, `words of ${bytes} bytes are not possible`),
    sample: { image: 'linear_all_w0', bytes: 0 },
    ...MANIFEST,
  }),
  'image-segment-size': error<InImage & { segment: string; words: number; expected: number }>({
    sentence: ({ image, segment, words, expected }) =>
      inManifest(image, `segment "${segment}" has ${words} words per layer, but its layout makes ${expected}`),
    sample: { image: 'linear_all_w0', segment: 'q_proj', words: 32768, expected: 65536 },
    ...MANIFEST,
  }),
  'image-word-narrow': error<InImage & { bytes: number; needs: number }>({
    sentence: ({ image, bytes, needs }) => inManifest(image, `words of ${bytes} bytes cannot hold ${needs} bytes`),
    sample: { image: 'linear_all_w0', bytes: 32, needs: 64 },
    ...MANIFEST,
  }),
  'image-no-matrix': error<InImage & { segment: string }>({
    sentence: ({ image, segment }) => inManifest(image, `segment "${segment}" is no weight matrix`),
    sample: { image: 'linear_all_w0', segment: 'x_proj' },
    ...MANIFEST,
  }),
  'image-format': error<InImage & { segment: string; format: string; recipe: string }>({
    sentence: ({ image, segment, format, recipe }) =>
      inManifest(image, `"${segment}" is laid out as ${format}, but the recipe stores it as ${recipe}`),
    sample: { image: 'linear_all_w0', segment: 'q_proj', format: 'int8', recipe: 'int4' },
    ...MANIFEST,
  }),
  'image-port': error<InImage & { port: number; ports: number; split: number }>({
    sentence: ({ image, port, ports, split }) => inManifest(image, `port ${port} of ${ports} does not divide ${split}`),
    sample: { image: 'linear_all_w0', port: 0, ports: 3, split: 64 },
    ...MANIFEST,
  }),
  'image-no-norm': error<InImage & { segment: string }>({
    sentence: ({ image, segment }) => inManifest(image, `segment "${segment}" is no RMSNorm`),
    sample: { image: 'rms_norm_gamma', segment: 'q_proj' },
    ...MANIFEST,
  }),
  'image-no-scales': error<InImage & { segment: string }>({
    sentence: ({ image, segment }) => inManifest(image, `segment "${segment}" has no scales per head`),
    sample: { image: 'quantize_static_table', segment: 'q_proj' },
    ...MANIFEST,
  }),
  'image-no-table': error<InImage>({
    sentence: ({ image }) => inManifest(image, 'a table must be one segment of role "table" with one layer'),
    sample: { image: 'rope_angles' },
    ...MANIFEST,
  }),

  'report-too-large': error({
    sentence: () => 'The file is too large for a report; choose the report.json that "node run.mjs report" wrote.',
    sample: {},
    ...REPORT,
  }),
  'report-not-json': error({
    sentence: () => 'The file is no JSON; choose the report.json that "node run.mjs report" wrote.',
    sample: {},
    ...REPORT,
  }),
  'report-unknown': error({
    sentence: () => 'The file is no report of a build; choose the report.json that "node run.mjs report" wrote.',
    sample: {},
    ...REPORT,
  }),
  'report-version': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `The report has version ${version}, but version ${known} is read here; export the project again and write the report with its runner.`,
    sample: { version: 2, known: 1 },
    why: 'The runner of the project and this composer are of different releases.',
    remedy:
      'Export the project again, and write the report with its runner; a build need not be repeated if the kernels are the same.',
  }),
  'report-damaged': error<{ where: string; reason: string }>({
    sentence: ({ where, reason }) => `The report is damaged ${where}: ${reason}. Run "node run.mjs report" again.`,
    sample: { where: 'at stages.decode.clock', reason: 'Invalid input: expected number, received string' },
    ...REPORT,
  }),
};

export type ModelCode = CodeOf<typeof MODEL_DIAGNOSTICS>;
export const found = findingsOf(MODEL_DIAGNOSTICS);
