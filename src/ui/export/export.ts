import { errorsOf } from '../../core/design/problems.ts';
import type { Design } from '../../core/design/types.ts';
import { download } from '../files/browser-files.ts';
import { useBusy } from './busy.ts';
import { composer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { safeFileName } from '../../core/edit/naming.ts';
import type { GenerateRequest, GenerateResponse } from './protocol.ts';

let worker: Worker | undefined;
let requests = 0;
const waiting = new Map<number, (response: GenerateResponse) => void>();

function generator(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL('./generate.worker.ts', import.meta.url), { type: 'module', name: 'generator' });
  worker.addEventListener('message', (event: MessageEvent<GenerateResponse>) => {
    waiting.get(event.data.id)?.(event.data);
    waiting.delete(event.data.id);
  });
  worker.addEventListener('error', (event) => {
    for (const [id, resolve] of waiting)
      resolve({ id, kind: 'error', message: event.message || 'The generator could not be started.' });
    waiting.clear();
    worker = undefined;
  });
  return worker;
}

/** Generates the project of a design off the main thread: its files for the code view, or the zip. */
export function generate(kind: GenerateRequest['kind'], design: Design): Promise<GenerateResponse> {
  requests += 1;
  const request: GenerateRequest = {
    id: requests,
    kind,
    design,
    base: document.baseURI,
    folder: safeFileName(design.name),
  };
  return new Promise((resolve) => {
    waiting.set(request.id, resolve);
    generator().postMessage(request);
  });
}

/** Exports the project as a zip; what stands in the way is said instead. */
export async function exportProject(): Promise<void> {
  const { design, notify, setBottomTab } = composer.getState();
  const errors = errorsOf(analysisOf(design).problems);
  if (errors.length > 0) {
    setBottomTab('problems');
    notify(
      `The design has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}, so no project can be generated yet. The problems are listed below.`,
      { tone: 'error' },
    );
    return;
  }
  if (useBusy.getState().exporting) return;
  useBusy.setState({ exporting: true });
  try {
    const response = await generate('zip', design);
    if (response.kind === 'error') notify(`The project could not be exported. ${response.message}`, { tone: 'error' });
    else if (response.kind === 'zip') {
      const name = `${safeFileName(design.name)}.zip`;
      download(name, response.zip, 'application/zip');
      void import('../files/last-export.ts').then(({ rememberExport }) => rememberExport(design));
      notify([`Exported ${name} (${(response.zip.length / 1e6).toFixed(1)} MB).`, ...response.notes].join(' '), {
        tone: 'success',
      });
    }
  } finally {
    useBusy.setState({ exporting: false });
  }
}
