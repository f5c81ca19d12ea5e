/** Folders of models as people really have them: incomplete clones, leftovers of a conversion, wrong switches, odd kinds of files. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { checkConfig, modelFingerprint, openModel } from '../hls-runtime/runner/model-files.ts';
import { InputError } from '../hls-runtime/runner/errors.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import { ModelError } from '../src/core/models/model-error.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { writeModelFolder } from './model-folder.ts';

const MODEL: Architecture = {
  ...MOBY_LLAMA_1M,
  name: 'small',
  layers: 1,
  hidden: 32,
  ffn: 64,
  heads: 2,
  kvHeads: 2,
  tiedHead: false,
};
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 17209920\n`;
const INDEX = 'model.safetensors.index.json';
const SHARD = 'model-00001-of-00002.safetensors';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'composer-model-'));
  folders.push(dir);
});

const write = (shards: number, model = MODEL) => writeModelFolder(dir, syntheticWeights(model, 3), shards);

/** The sentence that the folder is refused with. */
async function refusal(model = MODEL): Promise<string> {
  try {
    await checkConfig(dir, model);
    await (await openModel(dir, model)).close();
  } catch (error) {
    expect(error instanceof InputError || error instanceof ModelError, String(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

async function notes(): Promise<readonly string[]> {
  await checkConfig(dir, MODEL);
  const opened = await openModel(dir, MODEL);
  expect(await opened.weights.norm('final_norm', 0)).toEqual(await syntheticNorm());
  await opened.close();
  return opened.notes;
}
const syntheticNorm = async (): Promise<Float32Array> => {
  const values = await syntheticWeights(MODEL, 3).norm('final_norm', 0);
  new Uint32Array(values.buffer).forEach((word, at, words) => {
    words[at] = word & 0xffff0000; // bfloat16 by cutting, as the folder is written
  });
  return values;
};

describe('Git LFS pointers are named, whichever file is one', () => {
  test.each(['config.json', INDEX, SHARD, 'model-00002-of-00002.safetensors'])('%s', async (name) => {
    await write(2);
    writeFileSync(join(dir, name), POINTER);
    expect(await refusal()).toMatch(new RegExp(`${name} is a Git LFS pointer, not the file itself: .*git lfs pull`));
  });

  test('model.safetensors', async () => {
    await write(1);
    writeFileSync(join(dir, 'model.safetensors'), POINTER);
    expect(await refusal()).toContain('model.safetensors is a Git LFS pointer');
  });
});

describe('an index that was left behind', () => {
  const stale = async (index: unknown): Promise<void> => {
    await write(1);
    writeFileSync(join(dir, INDEX), typeof index === 'string' ? index : JSON.stringify(index));
  };
  const map = { 'model.norm.weight': SHARD };

  test('whose shards are gone is passed over and named', async () => {
    await stale({ weight_map: map });
    const [note, ...more] = await notes();
    expect(more).toEqual([]);
    expect(note).toContain(`${join(dir, INDEX)} is stale (${join(dir, SHARD)} is missing); model.safetensors`);
    expect(note).toContain('model.safetensors beside it holds the whole model and is used');
  });

  test.each([
    ['of another model', { weight_map: { 'model.norm.weight': 'model.safetensors', 'h.0.attn': 'model.safetensors' } }],
    ['of a part of the model', { weight_map: { 'model.norm.weight': 'model.safetensors' } }],
    ['cut off', '{"weight_map": {'],
    ['that is a Git LFS pointer', POINTER],
  ])('%s is passed over and named', async (_what, index) => {
    await stale(index);
    expect(await notes()).toEqual([expect.stringContaining(`${join(dir, INDEX)}`)]);
  });

  test('is what is named when model.safetensors is not whole either', async () => {
    await stale({ weight_map: map });
    truncateSync(join(dir, 'model.safetensors'), 1000);
    expect(await refusal()).toContain(`${join(dir, SHARD)} is missing`);
  });

  test('does not count where its shards are whole: no note', async () => {
    await write(2);
    expect(await notes()).toEqual([]);
    copyFileSync(join(dir, SHARD), join(dir, 'model.safetensors'));
    expect(await notes()).toEqual([]);
  });
});

test('a missing output head says that it may be shared, and how to go on', async () => {
  await write(1, { ...MODEL, tiedHead: true });
  const config = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as object;
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, tie_word_embeddings: false }));
  const sentence = await refusal();
  expect(sentence).toContain('Tensor "lm_head.weight" is missing, the output head.');
  expect(sentence).toContain('"tie_word_embeddings": true; add that, compose and export the design again');
});

describe('what is no file, or has no end, is refused at once', () => {
  test.each(['config.json', 'generation_config.json', INDEX, SHARD])('%s', async (name) => {
    await write(2);
    const path = join(dir, name);
    const instead = async (make: () => void): Promise<string> => {
      rmSync(path, { force: true, recursive: true });
      make();
      const sentence = await refusal();
      expect(sentence).toContain(path);
      return sentence;
    };
    expect(await instead(() => execFileSync('mkfifo', [path]))).toContain('a pipe or a device');
    expect(await instead(() => execFileSync('mkdir', [path]))).toContain('a folder');
    expect(await instead(() => symlinkSync('/dev/zero', path))).toContain('a pipe or a device');
    expect(await instead(() => symlinkSync(name, path))).toContain('a link that leads back to itself');
    if (name === SHARD) return;
    const oversized = (): void => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 40);
    };
    expect(await instead(oversized)).toContain('1099511627776 bytes');
  });

  test('beside the files of the model they do not matter', async () => {
    await write(1);
    symlinkSync('loop.json', join(dir, 'loop.json'));
    execFileSync('mkfifo', [join(dir, 'pipe.json')]);
    expect(await modelFingerprint(dir)).toMatch(/^config\.json \d+/);
    expect(await notes()).toEqual([]);
  });
});
