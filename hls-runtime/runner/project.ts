import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, MANIFEST_FORMAT } from '../../src/core/models/manifest.ts';
import { InputError, messageOf } from './errors.ts';
import { isInnerPath, isName, isObject } from './shapes.ts';

/** An exported project: where it is and what its manifest says. */
export interface Project {
  readonly root: string;
  readonly manifest: Manifest;
  readonly manifestText: string;
}

/** The first thing wrong with a manifest, or undefined. */
export function manifestProblem(value: unknown): string | undefined {
  if (!isObject(value) || value.format !== MANIFEST_FORMAT) return 'it is no FlexLLM manifest';
  if (value.version !== 1) return `its version is ${String(value.version)}, but this runner reads version 1`;
  const { model, recipe, limits, images, buffers, csim } = value;
  if (!isObject(model) || !isObject(recipe)) return '"model" or "recipe" is missing';
  if (
    !isObject(limits) ||
    !Number.isInteger(limits.prompt) ||
    !Number.isInteger(limits.context) ||
    !Number.isInteger(limits.topK)
  )
    return '"limits" is incomplete';
  if (!Array.isArray(images) || !Array.isArray(buffers)) return '"images" or "buffers" is no list';
  for (const image of images) {
    if (!isObject(image) || !isName(image.name)) return 'an image has no valid name';
    if (!isObject(image.layout) || !Array.isArray(image.segments))
      return `image "${image.name}" has no layout or segments`;
  }
  if (!isObject(csim)) return '"csim" is missing';
  for (const key of ['sources', 'includes', 'fallbackIncludes'] as const) {
    const list = csim[key];
    if (!Array.isArray(list) || !list.every(isInnerPath)) return `"csim.${key}" is no list of paths inside the project`;
  }
  if ((csim.sources as unknown[]).length === 0) return '"csim.sources" is empty';
  return undefined;
}

/** @throws InputError when manifest.json is missing or wrong. */
export async function readProject(root: string): Promise<Project> {
  const path = join(root, 'manifest.json');
  let manifestText: string;
  let value: unknown;
  try {
    manifestText = await readFile(path, 'utf8');
    value = JSON.parse(manifestText);
  } catch (error) {
    throw new InputError(
      `${path} cannot be read (${messageOf(error)}); run.mjs must lie in the root of a project exported by FlexLLM Composer, export it again.`,
    );
  }
  const problem = manifestProblem(value);
  if (problem !== undefined) throw new InputError(`${path} is damaged: ${problem}; export the project again.`);
  return { root, manifest: value as Manifest, manifestText };
}
