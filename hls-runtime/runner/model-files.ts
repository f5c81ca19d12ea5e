/** The files of a Hugging Face model directory. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../src/core/models/architecture.ts';
import { mergeGenerationConfig, parseConfig } from '../../src/core/models/hf-config.ts';
import { type ByteSource, openSafetensors, openSharded } from '../../src/core/models/safetensors.ts';
import { openWeights, type WeightSource } from '../../src/core/models/weights.ts';
import { codeOf, InputError, messageOf } from './errors.ts';

/** Files up to this size are read at once. */
const SMALL_FILE = 64 << 20;

export interface OpenModel {
  readonly weights: WeightSource;
  close(): Promise<void>;
}

/** Name, size and time of every file that matters for the images: changes when one of them does. */
export async function modelFingerprint(dir: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(dir)).sort()) {
    if (!/\.(safetensors|json|txt)$/.test(name)) continue;
    const info = await stat(join(dir, name));
    if (info.isFile()) lines.push(`${name} ${info.size} ${info.mtimeMs}`);
  }
  return lines.join('\n');
}

async function textIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new InputError(`${path} cannot be read (${messageOf(error)}); check its permissions.`);
  }
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
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
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

/** Opens the weights, in one file or sharded, and checks their names, types and shapes. */
export async function openModel(dir: string, model: Architecture): Promise<OpenModel> {
  const files: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const file of files) await file.close();
  };
  const opened = async (name: string): Promise<ByteSource> => {
    const path = join(dir, name);
    try {
      const source = await openFile(path);
      files.push(source);
      return source;
    } catch (error) {
      throw new InputError(
        `${path} cannot be opened (${messageOf(error)}); download the weights of ${model.name} into that folder.`,
      );
    }
  };
  try {
    const index = await textIfPresent(join(dir, 'model.safetensors.index.json'));
    const store =
      index === undefined ? await openSafetensors(await opened('model.safetensors')) : await openSharded(index, opened);
    return { weights: openWeights(model, store), close };
  } catch (error) {
    await close();
    throw error;
  }
}
