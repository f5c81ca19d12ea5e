/** The files of a Hugging Face model directory. */
import { readSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Architecture } from '../../src/core/models/architecture.ts';
import { mergeGenerationConfig, parseConfig } from '../../src/core/models/hf-config.ts';
import { openMemory, openMemoryFile, type TrainedMemory } from '../../src/core/models/memory-weights.ts';
import { ModelError } from '../../src/core/models/model-error.ts';
import { type ByteSource, openSafetensors, openSharded, type TensorStore } from '../../src/core/models/safetensors.ts';
import { openWeights, type WeightSource } from '../../src/core/models/weights.ts';
import { InputError, messageOf } from './errors.ts';
import { fileSize, textIfPresent } from './user-files.ts';

/** Files up to this size are read at once. */
const SMALL_FILE = 64 << 20;

/** Where the trained memory of segments is: in a safetensors file, else among the model's own weights. */
export interface MemoryFile {
  readonly path: string | undefined;
}

export interface OpenModel {
  readonly weights: WeightSource;
  /** What the user should know although the model can be used. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Size and time of a file: changes when it does. */
export async function fileFingerprint(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  return info ? `${info.size} ${info.mtimeMs}` : 'missing';
}

/** Name, size and time of every file that matters for the images: changes when one of them does. */
export async function modelFingerprint(dir: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(dir)).sort()) {
    if (!/\.(safetensors|json|txt)$/.test(name)) continue;
    const info = await stat(join(dir, name)).catch(() => undefined);
    if (info?.isFile()) lines.push(`${name} ${info.size} ${info.mtimeMs}`);
  }
  return lines.join('\n');
}

/** What differs between a model's own configuration and the one the project was exported for. */
export function differences(own: Architecture, wanted: Architecture, merged: Architecture): string[] {
  const out: string[] = [];
  for (const key of Object.keys(wanted) as (keyof Architecture)[]) {
    if (key === 'name' || key === 'eos') continue;
    const [a, b] = [canonical(own[key]), canonical(wanted[key])];
    if (a !== b) out.push(`${key} is ${a} instead of ${b}`);
  }
  const eos = canonical([...wanted.eos].sort((a, b) => a - b));
  const accepted = [own, merged].map((model) => canonical([...model.eos].sort((a, b) => a - b)));
  if (!accepted.includes(eos)) out.push(`eos is ${accepted[1]} instead of ${eos}`);
  return out;
}

/** JSON with sorted keys, so that equal objects give equal text. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}

/**
 * Reads config.json and compares it with the project's model.
 * @throws InputError when it is missing, not supported, or of another model.
 */
export async function checkConfig(dir: string, wanted: Architecture): Promise<void> {
  const path = join(dir, 'config.json');
  const text = await textIfPresent(path);
  if (text === undefined) {
    throw new InputError(
      `${path} is missing; put the files of ${wanted.name} (config.json, tokenizer.json, *.safetensors) into that folder or name another one with --model DIR.`,
    );
  }
  const result = parseConfig(text, wanted.name);
  if (!result.ok) throw new InputError(`${path}: ${result.problems.map((problem) => problem.message).join(' ')}`);
  const generation = await textIfPresent(join(dir, 'generation_config.json'));
  const merged = generation === undefined ? result.model : mergeGenerationConfig(result.model, generation);
  const found = differences(result.model, wanted, merged);
  if (found.length > 0) {
    throw new InputError(
      `${path} describes another model than the project was exported for: ${found.join(', ')}; use the files of ${wanted.name} or export the project for this model.`,
    );
  }
}

async function openFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  if (size <= SMALL_FILE) {
    const bytes = new Uint8Array(await file.readFile());
    await file.close();
    return {
      size,
      read: async (offset, length) => bytes.subarray(offset, offset + length),
      close: async () => undefined,
    };
  }
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let filled = 0;
      // In step with what is computed from it: packing makes some 10^5 small reads, and waiting costs more than each takes.
      while (filled < bytes.length) {
        const got = readSync(file.fd, bytes, filled, bytes.length - filled, offset + filled);
        if (got === 0) break;
        filled += got;
      }
      return bytes.subarray(0, filled);
    },
    close: () => file.close(),
  };
}

/** True when the directory has weights in one of the two forms `openModel` reads. */
export async function hasWeights(dir: string): Promise<boolean> {
  const names = await readdir(dir).catch((): string[] => []);
  return names.includes('model.safetensors') || names.includes('model.safetensors.index.json');
}

const INDEX = 'model.safetensors.index.json';
const WHOLE = 'model.safetensors';

/**
 * Opens the weights, sharded or in one file, and checks their names, types and shapes. An index whose shards cannot be
 * used is passed over, with a note, where one file holds the whole model: it was left behind when that was written.
 * @param memory where the trained memory of segments is; none is looked for when absent.
 */
export async function openModel(dir: string, model: Architecture, memory?: MemoryFile): Promise<OpenModel> {
  const files: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const file of files.splice(0)) await file.close();
  };
  const opened = async (name: string): Promise<ByteSource> => {
    const path = join(dir, name);
    const missing = `download the weights of ${model.name} into that folder.`;
    if ((await fileSize(path)) === undefined) throw new InputError(`${path} is missing; ${missing}`);
    try {
      const source = await openFile(path);
      files.push(source);
      return source;
    } catch (error) {
      throw new InputError(`${path} cannot be opened (${messageOf(error)}); ${missing}`);
    }
  };
  const memoryOf = async (own: TensorStore, ownFile: string): Promise<TrainedMemory | undefined> => {
    const path = memory?.path;
    if (path === undefined) return memory && openMemory(model, own, ownFile);
    if ((await fileSize(path)) === undefined)
      throw new InputError(`The weights of the memory ${path} are missing; give a safetensors file.`);
    const source = await openFile(path);
    files.push(source);
    return openMemoryFile(model, source, basename(path));
  };
  const withMemory = async (store: TensorStore, file: string): Promise<WeightSource> => ({
    ...openWeights(model, store),
    memory: await memoryOf(store, file),
  });
  const whole = async (): Promise<WeightSource> => withMemory(await openSafetensors(await opened(WHOLE)), WHOLE);
  const sharded = async (): Promise<WeightSource | undefined> => {
    const index = await textIfPresent(join(dir, INDEX));
    return index === undefined ? undefined : withMemory(await openSharded(index, opened), INDEX);
  };
  try {
    return { weights: (await sharded()) ?? (await whole()), notes: [], close };
  } catch (error) {
    await close();
    // An index that leads elsewhere is no leftover.
    const hostile = error instanceof ModelError && error.code === 'index-shard-name';
    const indexed = !hostile && (await readdir(dir).catch((): string[] => [])).includes(INDEX);
    const weights = indexed ? await whole().catch(() => undefined) : undefined;
    if (weights === undefined) {
      await close();
      throw error;
    }
    // The rest of the sentence says what to do about it, which is nothing here.
    const note = `${join(dir, INDEX)} is stale (${messageOf(error).split(';')[0]}); ${WHOLE} beside it holds the whole model and is used. Remove the index to be rid of this note.`;
    return { weights, notes: [note], close };
  }
}
