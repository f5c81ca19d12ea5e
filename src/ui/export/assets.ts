import type { ProjectAssets } from '../../core/generate/project.ts';
import type { Design } from '../../core/design/types.ts';
import { MOBY_LLAMA_1M } from '../../core/models/samples.ts';
import { SAMPLE_MODEL_FILES, usesSampleModel } from '../../core/templates/samples.ts';

/** What the generator copies into a project, loaded only when a project is generated. */

type Texts = Record<string, () => Promise<string>>;

const HEADERS = import.meta.glob('/hls-runtime/include/flexllm/*.hpp', { query: '?raw', import: 'default' }) as Texts;
const CSIM = import.meta.glob('/hls-runtime/csim/*.{h,hpp}', { query: '?raw', import: 'default' }) as Texts;
const HOST = import.meta.glob('/hls-runtime/host/*.hpp', { query: '?raw', import: 'default' }) as Texts;
const HOST_MAIN = import.meta.glob('/hls-runtime/host/main.cpp', { query: '?raw', import: 'default' }) as Texts;
const LICENSE = import.meta.glob('/LICENSE', { query: '?raw', import: 'default' }) as Texts;
const RUNNER = import.meta.glob('/build/runner/run.mjs', { query: '?raw', import: 'default' }) as Texts;

async function read(texts: Texts): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(texts).map(async ([path, load]) => [path.slice(path.lastIndexOf('/') + 1), await load()] as const),
  );
  return Object.fromEntries(entries);
}

/** The files of the design's model when it is the one that lies beside the page. */
async function modelFiles(design: Design, base: string): Promise<ProjectAssets['model']> {
  if (!usesSampleModel(design)) return [];
  return Promise.all(
    SAMPLE_MODEL_FILES.map(async (path) => {
      const response = await fetch(new URL(`models/${MOBY_LLAMA_1M.name}/${path}`, base));
      if (!response.ok)
        throw new Error(`The file ${path} of the sample model could not be read (status ${response.status}).`);
      return { path, bytes: new Uint8Array(await response.arrayBuffer()) };
    }),
  );
}

export interface LoadedAssets {
  readonly assets: ProjectAssets;
  /** What is not as it should be, for the user. */
  readonly missing: string | undefined;
}

export async function loadAssets(design: Design, base: string, withModel: boolean): Promise<LoadedAssets> {
  const [headers, csim, host, license, runner, model] = await Promise.all([
    read(HEADERS),
    read(CSIM),
    read({ ...HOST, ...HOST_MAIN }),
    read(LICENSE),
    read(RUNNER),
    withModel ? modelFiles(design, base) : [],
  ]);
  const text = runner['run.mjs'];
  return {
    assets: { headers, csim, host, license: license['LICENSE'] ?? '', runner: text ?? '', model },
    missing:
      text === undefined
        ? 'This build of the application has no runner (build/runner/run.mjs). Build the runner and then the application: npm run build.'
        : undefined,
  };
}
