import { STAGE_NAMES } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { safeFileName } from '../../core/edit/naming.ts';
import { download } from '../files/browser-files.ts';

/** Canvases as pictures and on paper. */

const colourNow = (): ((variable: string) => string) => {
  const style = getComputedStyle(document.documentElement);
  return (variable) => style.getPropertyValue(variable).trim();
};

/** Pixels per unit of a PNG, for print and slides; less for canvases that would exceed what browsers draw. */
const DENSITY = 2;
const MAX_PIXELS = 12_000;

/** A picture as pixels. @throws when the browser cannot draw it */
async function rasterize(svg: string): Promise<Uint8Array> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(DENSITY, MAX_PIXELS / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser gave no picture.');
  return new Uint8Array(await blob.arrayBuffer());
}

/** Saves a picture of the canvas in use, with the design inside. */
export async function savePicture(format: 'svg' | 'png'): Promise<void> {
  const { canvasSvg } = await import('../export/canvas-svg.ts');
  const { design, stage, notify } = composer.getState();
  const name = `${safeFileName(design.name)}-${stage}.${format}`;
  const svg = canvasSvg(design, stage, colourNow());
  try {
    if (format === 'svg') download(name, svg, 'image/svg+xml');
    else {
      const [{ withText }, { formatDesign }] = await Promise.all([
        import('../files/png.ts'),
        import('../../core/design/schema.ts'),
      ]);
      download(name, withText(await rasterize(svg), formatDesign(design)), 'image/png');
    }
    notify(`Saved as ${name}. The design is inside: drop the picture here to open it.`, { tone: 'success' });
  } catch {
    notify('The browser could not draw this canvas as PNG. Save it as SVG instead.', { tone: 'error' });
  }
}

/** The sheets that are printed: a page for each canvas, with its name and the settings it stands for. */
async function printSheets(): Promise<HTMLElement> {
  const { canvasSvg } = await import('../export/canvas-svg.ts');
  const { design } = composer.getState();
  const sheets = document.createElement('div');
  sheets.className = 'print-sheets';
  for (const stage of STAGE_NAMES) {
    if (design.stages[stage].instances.length === 0) continue;
    const sheet = document.createElement('section');
    const title = document.createElement('h1');
    title.textContent = `${design.name}: ${stage}`;
    const facts = document.createElement('p');
    facts.textContent = `${design.model.name} · ${design.recipe.name} · ${design.target} at ${design.clocks[stage]} MHz · ${design.stages[stage].instances.length} instances`;
    // Parsed as XML, where nothing runs; it is our own text, escaped where a user wrote it.
    const picture = new DOMParser().parseFromString(
      canvasSvg(design, stage, colourNow()),
      'image/svg+xml',
    ).documentElement;
    picture.querySelector('metadata')?.remove();
    sheet.append(title, facts, document.importNode(picture, true));
    sheets.append(sheet);
  }
  return sheets;
}

/** Prints the canvases, a page each, in light colours. */
export async function printCanvases(): Promise<void> {
  const { design, notify } = composer.getState();
  if (STAGE_NAMES.every((stage) => design.stages[stage].instances.length === 0)) {
    notify('There is nothing to print: both canvases are empty.');
    return;
  }
  const root = document.documentElement;
  const theme = root.dataset['theme'] ?? 'light';
  root.dataset['theme'] = 'light';
  const sheets = await printSheets();
  document.body.append(sheets);
  const end = (): void => {
    sheets.remove();
    root.dataset['theme'] = theme;
  };
  window.addEventListener('afterprint', end, { once: true });
  window.print();
}
