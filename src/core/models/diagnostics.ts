import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';
import { LFS_POINTER } from './lfs.ts';

/** A key of config.json, as a path, with what it holds as text. */
type Field = { readonly key: string; readonly value: string };
type InFile = { readonly file: string };
type InImage = { readonly image: string };

const damaged = (file: string, what: string): string =>
  `${file}: ${what}; the file is damaged or cut off, download it again.`;

const badEntry = (file: string, tensor: string, what: string): string =>
  `${file}: the header entry of tensor "${tensor}" ${what}; the file is damaged, download it again.`;

const inManifest = (image: string, what: string): string =>
  `Image "${image}" of the manifest: ${what}; export the project again.`;

/** What is wrong with the files of a model, or with what was made from them. */
export const MODEL_DIAGNOSTICS = {
  'config-not-json': error<{ reason: string }>({
    sentence: ({ reason }) => `config.json is not valid JSON (${reason}); download it again.`,
  }),
  'config-no-object': error<{ value: string }>({
    sentence: ({ value }) => `config.json must hold an object, but holds ${value}; download it again.`,
  }),
  'config-integer': error<Field & { least: number; most: number }>({
    sentence: ({ key, value, least, most }) =>
      `"${key}" must be a whole number from ${least} to ${most}, but is ${value}; take it from the model's original config.json.`,
  }),
  'config-number': error<Field & { above: number; most: number }>({
    sentence: ({ key, value, above, most }) =>
      `"${key}" must be a number greater than ${above} and at most ${most}, but is ${value}; take it from the model's original config.json.`,
  }),
  'config-boolean': error<Field>({
    sentence: ({ key, value }) => `"${key}" must be true or false, but is ${value}; correct it.`,
  }),
  'config-tokens-many': error<{ key: string; tokens: number; most: number }>({
    sentence: ({ key, tokens, most }) =>
      `"${key}" lists ${tokens} tokens, at most ${most} are accepted; shorten the list.`,
  }),
  'config-token-unknown': error<Field & { vocab: number }>({
    sentence: ({ key, value, vocab }) =>
      `"${key}" holds ${value}, which is no token id of a vocabulary of ${vocab}; correct it.`,
  }),
  'config-family': error<{ value: string; architecture: string; reason: string }>({
    sentence: ({ value, architecture, reason }) =>
      `"model_type" ${value}${architecture ? ` (${architecture})` : ''} is not supported: ${reason}; choose a model of type "llama" or "mistral".`,
  }),
  'config-architecture': error<{ value: string; type: string; expected: string }>({
    sentence: ({ value, type, expected }) =>
      `"architectures" names ${value}, another computation than the ${expected} of "model_type" ${type}; choose a model whose "architectures" is ${expected}.`,
  }),
  'config-feature': error<Field & { feature: string }>({
    sentence: ({ key, value, feature }) =>
      `"${key}" is ${value}: ${feature} is not supported; choose a model without it.`,
  }),
  'config-scaling-value': error<Field>({
    sentence: ({ key, value }) => `"${key}" must be null or an object, but is ${value}; correct it.`,
  }),
  'config-scaling-type': error<{ value: string }>({
    sentence: ({ value }) =>
      `RoPE scaling of type ${value} is not supported, only "llama3" or none; choose another model.`,
  }),
  'config-scaling-factors': error<{ high: number; low: number }>({
    sentence: ({ high, low }) =>
      `"high_freq_factor" (${high}) must be greater than "low_freq_factor" (${low}); correct it.`,
  }),
  'config-head-size-missing': error<{ hidden: number; heads: number }>({
    sentence: ({ hidden, heads }) =>
      `"hidden_size" ${hidden} is not divisible by "num_attention_heads" ${heads} and "head_dim" is missing; add "head_dim".`,
  }),
  'config-head-size-odd': error<{ headDim: number }>({
    sentence: ({ headDim }) =>
      `The head size ${headDim} is odd, but RoPE turns pairs of channels; choose a model with an even head size.`,
  }),
  'config-kv-heads': error<{ heads: number; kvHeads: number }>({
    sentence: ({ heads, kvHeads }) =>
      `${heads} query heads cannot be shared evenly among ${kvHeads} key-value heads; correct "num_key_value_heads".`,
  }),
  'config-heads-large': error<{ heads: number; headDim: number; most: number }>({
    sentence: ({ heads, headDim, most }) =>
      `${heads} heads of ${headDim} channels exceed the ${most} channels that attention may have; correct "head_dim".`,
  }),

  'file-pointer': error<InFile>({
    sentence: ({ file }) => `${file} ${LFS_POINTER}`,
  }),
  'weights-cut-off': error<InFile & { bytes: number }>({
    sentence: ({ file, bytes }) => damaged(file, `only ${bytes} bytes long, too short for a header`),
  }),
  'weights-header-length': error<InFile & { length: number }>({
    sentence: ({ file, length }) => damaged(file, `the header claims ${length} bytes`),
  }),
  'weights-header-longer': error<InFile & { length: number; bytes: number }>({
    sentence: ({ file, length, bytes }) =>
      damaged(file, `the header claims ${length} bytes, but the file has ${bytes}`),
  }),
  'weights-header-unread': error<InFile>({
    sentence: ({ file }) => damaged(file, 'the header could not be read in full'),
  }),
  'weights-header-not-json': error<InFile>({
    sentence: ({ file }) => damaged(file, 'the header is not valid JSON'),
  }),
  'weights-header-no-object': error<InFile>({
    sentence: ({ file }) => damaged(file, 'the header is no object'),
  }),
  'weights-entry-no-object': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'is no object'),
  }),
  'weights-entry-type': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'has no type'),
  }),
  'weights-entry-shape': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'has no valid shape'),
  }),
  'weights-entry-offsets': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => badEntry(file, tensor, 'has no valid data offsets'),
  }),
  'weights-entry-outside': error<InFile & { tensor: string; begin: number; end: number; bytes: number }>({
    sentence: ({ file, tensor, begin, end, bytes }) =>
      badEntry(
        file,
        tensor,
        `places it at bytes ${begin} to ${end}, outside the ${bytes} bytes of data (a truncated download?)`,
      ),
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
  }),
  'weights-overlap': error<InFile & { first: string; second: string }>({
    sentence: ({ file, first, second }) =>
      `${file}: tensors "${first}" and "${second}" overlap in the file; it is damaged, download it again.`,
  }),
  'weights-tensor-cut-off': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => damaged(file, `tensor "${tensor}" could not be read in full`),
  }),
  'weights-tensor-not-there': error<InFile & { tensor: string }>({
    sentence: ({ file, tensor }) => `${file}: tensor "${tensor}" is missing; the file belongs to another model.`,
  }),
  'weights-tensor-type': error<InFile & { tensor: string; type: string }>({
    sentence: ({ file, tensor, type }) =>
      `${file}: tensor "${tensor}" is of type ${type}; convert the model to F32, F16 or BF16.`,
  }),
  'weights-not-finite': error<InFile & { tensor: string; value: number; row: number }>({
    sentence: ({ file, tensor, value, row }) =>
      `${file}: tensor "${tensor}" holds ${value} in row ${row}; the weights are damaged, download them again.`,
  }),
  'index-not-json': error<InFile>({
    sentence: ({ file }) => `${file}: not valid JSON; download it again.`,
  }),
  'index-without-map': error<InFile>({
    sentence: ({ file }) => `${file}: "weight_map" is missing; download it again.`,
  }),
  'index-shard-name': error<InFile & { tensor: string; shard: string }>({
    sentence: ({ file, tensor, shard }) =>
      `${file}: tensor "${tensor}" is placed in ${shard}, which is no file name of a shard; download it again.`,
  }),
  'index-tensor-missing': error<InFile & { tensor: string; index: string }>({
    sentence: ({ file, tensor, index }) =>
      `${file}: tensor "${tensor}" is missing although ${index} places it there; download both again.`,
  }),

  'tensor-missing': error<{ tensor: string }>({
    sentence: ({ tensor }) => `Tensor "${tensor}" is missing.`,
  }),
  'tensor-head-missing': error<{ tensor: string }>({
    sentence: ({ tensor }) =>
      `Tensor "${tensor}" is missing, the output head. If the model shares it with the embedding, its config.json lacks "tie_word_embeddings": true; add that, compose and export the design again, else download the weights whole.`,
  }),
  'tensor-shape': error<{ tensor: string; shape: readonly number[]; expected: readonly number[] }>({
    sentence: ({ tensor, shape, expected }) =>
      `Tensor "${tensor}" has shape [${shape.join(', ')}], but the configuration asks for [${expected.join(', ')}].`,
  }),
  'tensor-type': error<{ tensor: string; type: string }>({
    sentence: ({ tensor, type }) => `Tensor "${tensor}" is of type ${type}; only F32, F16 and BF16 can be read.`,
  }),
  'tensor-bias': error<{ tensor: string }>({
    sentence: ({ tensor }) => `Tensor "${tensor}" is a bias, which the Llama computation does not have.`,
  }),
  'tensors-more': error<{ more: number }>({
    sentence: ({ more }) => `${more} more problems like these.`,
  }),
  'memory-tensor-missing': error<{ tensor: string; present: readonly string[] }>({
    sentence: ({ tensor, present }) => `Tensor "${tensor}" is missing beside ${present.join(', ')}.`,
  }),
  'memory-unusable': error<{ file: string; problems: readonly string[] }>({
    sentence: ({ file, problems }) =>
      `${file}: the weights of the memory cannot be used: ${problems.join(' ')} Give a file that was trained with this model.`,
  }),
  'memory-not-there': error<{ file: string; tensors: readonly string[] }>({
    sentence: ({ file, tensors }) =>
      `${file} has no weights of a memory; give a safetensors file with ${tensors.join(', ')}.`,
  }),
  'memory-with-projections': error<{ tensors: readonly string[] }>({
    sentence: ({ tensors }) =>
      `The weights of the memory have projections (${tensors.join(', ')}), but the design searches the states as they are; switch the projections of the memory on (in the terminal: a fifth value of hmt, 'projections') and export again.`,
  }),
  'memory-without-projections': error<{ tensors: readonly string[] }>({
    sentence: ({ tensors }) =>
      `The design has projections in front of the search of the memory, but its weights have none (${tensors.join(', ')}); give a file that has them, or export without projections.`,
  }),
  'weights-of-other-model': error<{ model: string; problems: readonly string[] }>({
    sentence: ({ model, problems }) =>
      `The weights do not fit the configuration of ${model}: ${problems.join(' ')} Use the files of one and the same model.`,
  }),

  'recipe-impossible': error<{ problems: readonly string[] }>({
    sentence: ({ problems }) => problems.join(' '),
  }),
  'calibration-missing': error<{ recipe: string }>({
    sentence: ({ recipe }) =>
      `Recipe "${recipe}" needs a calibration, for attention in int8 or for weights that are pruned by activations; calibrate the model first.`,
  }),
  'calibration-without-norms': error<{ recipe: string; role: string }>({
    sentence: ({ recipe, role }) =>
      `Recipe "${recipe}" prunes ${role} by the norms of its input channels, which the calibration does not have; calibrate the model again for this recipe.`,
  }),
  'calibration-without-text': error({
    sentence: () => 'The calibration text has no tokens; give a text of a paragraph or more.',
  }),
  'calibration-not-finite': error<{ layer: number; model: string }>({
    sentence: ({ layer, model }) =>
      `Layer ${layer} of ${model} computes infinite or undefined numbers; the weights are damaged, download them again.`,
  }),
  'calibration-of-other-model': error<{ layer: number; model: string }>({
    sentence: ({ layer, model }) => `The calibration does not fit layer ${layer} of ${model}; calibrate again.`,
  }),
  'scales-not-static': error<{ role: string }>({
    sentence: ({ role }) => `Attention in fp32 has no "${role}" scales; only int8 attention does.`,
  }),

  'image-word-size': error<InImage & { bytes: number }>({
    sentence: ({ image, bytes }) => inManifest(image, `words of ${bytes} bytes are not possible`),
  }),
  'image-segment-size': error<InImage & { segment: string; words: number; expected: number }>({
    sentence: ({ image, segment, words, expected }) =>
      inManifest(image, `segment "${segment}" has ${words} words per layer, but its layout makes ${expected}`),
  }),
  'image-word-narrow': error<InImage & { bytes: number; needs: number }>({
    sentence: ({ image, bytes, needs }) => inManifest(image, `words of ${bytes} bytes cannot hold ${needs} bytes`),
  }),
  'image-no-matrix': error<InImage & { segment: string }>({
    sentence: ({ image, segment }) => inManifest(image, `segment "${segment}" is no weight matrix`),
  }),
  'image-format': error<InImage & { segment: string; format: string; recipe: string }>({
    sentence: ({ image, segment, format, recipe }) =>
      inManifest(image, `"${segment}" is laid out as ${format}, but the recipe stores it as ${recipe}`),
  }),
  'image-groups-apart': error<InImage & { segment: string; size: number }>({
    sentence: ({ image, segment, size }) =>
      inManifest(
        image,
        `the input channels of "${segment}" that share a scale, ${size} each, do not follow one another`,
      ),
  }),
  'image-port': error<InImage & { port: number; ports: number; split: number }>({
    sentence: ({ image, port, ports, split }) => inManifest(image, `port ${port} of ${ports} does not divide ${split}`),
  }),
  'image-no-norm': error<InImage & { segment: string }>({
    sentence: ({ image, segment }) => inManifest(image, `segment "${segment}" is no RMSNorm`),
  }),
  'image-no-scales': error<InImage & { segment: string }>({
    sentence: ({ image, segment }) => inManifest(image, `segment "${segment}" has no scales per head`),
  }),
  'image-no-table': error<InImage>({
    sentence: ({ image }) => inManifest(image, 'a table must be one segment of role "table" with one layer'),
  }),

  'report-too-large': error({
    sentence: () => 'The file is too large for a report; choose the report.json that "node run.mjs report" wrote.',
  }),
  'report-not-json': error({
    sentence: () => 'The file is no JSON; choose the report.json that "node run.mjs report" wrote.',
  }),
  'report-unknown': error({
    sentence: () => 'The file is no report of a build; choose the report.json that "node run.mjs report" wrote.',
  }),
  'report-version': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `The report has version ${version}, but version ${known} is read here; export the project again and write the report with its runner.`,
  }),
  'report-damaged': error<{ where: string; reason: string }>({
    sentence: ({ where, reason }) => `The report is damaged ${where}: ${reason}. Run "node run.mjs report" again.`,
  }),

  'probe-too-large': error({
    sentence: () => 'The file is too large for a result; choose the probe.json that "node run.mjs probe" wrote.',
  }),
  'probe-not-json': error({
    sentence: () => 'The file is no JSON; choose the probe.json that "node run.mjs probe" wrote.',
  }),
  'probe-unknown': error({
    sentence: () => 'The file is no result of a probe; choose the probe.json that "node run.mjs probe" wrote.',
  }),
  'probe-version': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `The result has version ${version}, but version ${known} is read here; export the project again and probe with its runner.`,
  }),
  'probe-damaged': error<{ where: string; reason: string }>({
    sentence: ({ where, reason }) => `The result is damaged ${where}: ${reason}. Run "node run.mjs probe" again.`,
  }),
};

export type ModelCode = CodeOf<typeof MODEL_DIAGNOSTICS>;
export const found = findingsOf(MODEL_DIAGNOSTICS);
