import { generateProject, type ProjectFile } from '../../core/generate/project.ts';
import { zipProject } from '../../core/generate/zip.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { loadAssets } from './assets.ts';
import type { GenerateRequest, GenerateResponse } from './protocol.ts';

/** Generates projects off the main thread. */

const scope = self as unknown as {
  postMessage(message: GenerateResponse, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<GenerateRequest>) => void): void;
};

async function answer({ id, kind, design, base, folder }: GenerateRequest): Promise<void> {
  const analysis = analyze(design);
  if (!analysis.legal) throw new Error('The design has errors; the problems panel lists them.');
  const { assets, missing } = await loadAssets(design, base, kind === 'zip');
  if (kind === 'zip' && missing) throw new Error(missing);
  const files: ProjectFile[] = generateProject(analysis, assets);
  if (kind === 'files') {
    const shown = files.map(({ path, content }) => ({
      path,
      content: typeof content === 'string' ? content : content.length,
    }));
    scope.postMessage({ id, kind, files: shown, notes: missing ? [missing] : [] });
    return;
  }
  const zip = zipProject(files, folder);
  const notes =
    assets.model.length > 0
      ? ['The sample model is inside.']
      : [`Put the files of ${design.model.name} into the folder model before packing.`];
  scope.postMessage({ id, kind, zip, notes }, [zip.buffer]);
}

scope.addEventListener('message', (event) => {
  answer(event.data).catch((error: unknown) =>
    scope.postMessage({
      id: event.data.id,
      kind: 'error',
      message: error instanceof Error ? error.message : String(error),
    }),
  );
});
