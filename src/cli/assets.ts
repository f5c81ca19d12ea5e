import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Design } from '../core/design/types.ts';
import type { ProjectAssets } from '../core/generate/project.ts';
import { SAMPLE_MODEL_FILES, usesSampleModel } from '../core/templates/samples.ts';

/** The repository: the nearest folder above that has the runtime library. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'hls-runtime', 'include'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error('The runtime library was not found beside the program; clone the whole repository.');
    folder = parent;
  }
  return folder;
}

function readFolder(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** What an export of the design copies from the repository. */
export function projectAssets(design: Design): ProjectAssets {
  const root = repositoryRoot();
  const model = join(root, 'public/models/moby-llama-1m');
  return {
    headers: readFolder(join(root, 'hls-runtime/include/flexllm')),
    csim: readFolder(join(root, 'hls-runtime/csim')),
    host: readFolder(join(root, 'hls-runtime/host')),
    license: readFileSync(join(root, 'LICENSE'), 'utf8'),
    runner: readFileSync(join(root, 'build/runner/run.mjs'), 'utf8'),
    model: usesSampleModel(design)
      ? SAMPLE_MODEL_FILES.map((path) => ({ path, bytes: readFileSync(join(model, path)) }))
      : [],
  };
}
