/** The micro-kernels, their test benches and the headers that they include: bundled with the runner. */
import type { AssumptionId } from '../../../src/core/targets/assumptions.ts';

const texts = (files: Record<string, unknown>): ReadonlyMap<string, string> =>
  new Map(Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text as string]));

const KERNELS = texts(
  import.meta.glob('/hls-runtime/probe/*.{cpp,hpp}', { query: '?raw', import: 'default', eager: true }),
);
const HEADERS = texts(
  import.meta.glob('/hls-runtime/include/flexllm/*.hpp', { query: '?raw', import: 'default', eager: true }),
);

/** Where they lie below the project. */
export const PROBE_FOLDER = 'build/probe';

export const topOf = (id: AssumptionId): string => `probe_${id}`;

/** All files of the probe, by their path below PROBE_FOLDER. */
export function probeSources(): { readonly path: string; readonly text: string }[] {
  const list = (folder: string, files: ReadonlyMap<string, string>) =>
    [...files].sort().map(([name, text]) => ({ path: `${folder}/${name}`, text }));
  return [...list('src', KERNELS), ...list('include/flexllm', HEADERS)];
}
