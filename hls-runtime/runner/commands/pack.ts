import { pack } from '../pack.ts';
import { readProject } from '../project.ts';
import { always, COMMON, type CommandEntry, PACK, text, whole } from './command.ts';

export const PACK_COMMAND: CommandEntry = {
  help: `node run.mjs pack [--model DIR] [--calibrate FILE] [--memory FILE]
                        [--threads N] [--json]

Reads the model (config.json, tokenizer.json, model.safetensors or its shards),
checks that it is the one the project was exported for, quantizes the weights
and writes them in the order the kernels read them to build/images/NAME.bin.
Does nothing when project and model did not change.

Attention in int8 needs scales, measured on a short text: FILE, else
calibration.txt in the model's folder, else a built-in passage. At most 512
tokens are used. A text like those the model will see works best.

  --model DIR        folder of the Hugging Face model (default: model/)
  --calibrate FILE   UTF-8 text to measure the scales on
  --memory FILE      safetensors file with the trained memory of a design in
                     segments: hmt.topic [hidden], hmt.gain [1] and, of a
                     design with projections, hmt.query.weight and
                     hmt.key.weight [hidden, hidden]; tensors of these names
                     among the model's own weights do as well. Without them
                     projections are the identity
  --threads N        threads to work with (default: one per core for large
                     models); the images are the same for any number
  --json             {"packed": true, "images": [{"name", "bytes", "sha256"}],
                     "notes": []}

Example:
  node run.mjs pack --model ~/models/Llama-3.2-1B
`,
  options: { ...COMMON, ...PACK, threads: { type: 'string' } },
  locks: always,
  run: async (root, values) => {
    const result = await pack(await readProject(root), {
      model: text(values, 'model'),
      calibrate: text(values, 'calibrate'),
      memory: text(values, 'memory'),
      threads: whole(values, 'threads', 1, 64),
    });
    const bytes = result.record.images.reduce((sum, image) => sum + image.bytes, 0);
    const images = `${result.record.images.length} images, ${(bytes / 1e6).toFixed(1)} MB`;
    const notes = result.notes.map((note) => `Note: ${note}\n`).join('');
    return {
      text: result.packed
        ? `Packed ${images} in ${result.seconds.toFixed(1)} s to ${result.imagesDir}.\n${notes}`
        : `Nothing changed: ${images} in ${result.imagesDir} are up to date.\n`,
      json: {
        packed: result.packed,
        modelDir: result.modelDir,
        imagesDir: result.imagesDir,
        bytes,
        images: result.record.images,
        notes: result.notes,
        seconds: result.seconds,
      },
      code: 0,
    };
  },
};
