import { openDialog } from '../state/dialogs.ts';
import { chooseFile, download } from '../files/browser-files.ts';
import { composer } from '../state/app-store.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import { safeFileName } from '../../core/edit/naming.ts';

/** Saves the design as a file; one that was loaded and not changed byte for byte as it was. */
export async function saveFile(): Promise<void> {
  const { fileText } = await import('../files/read-file.ts');
  const { design, notify } = composer.getState();
  const name = `${safeFileName(design.name)}.flexllm.json`;
  download(name, fileText(design), 'application/json');
  notify(`Saved as ${name}.`, { tone: 'success' });
}

/** Copies a link that opens the design. */
export async function shareLink(): Promise<void> {
  const { shareHash } = await import('../files/share.ts');
  const { design, notify } = composer.getState();
  const made = shareHash(design);
  if ('refused' in made) {
    notify(made.refused, { tone: 'error' });
    return;
  }
  const link = `${location.href.split('#')[0]}${made.hash}`;
  try {
    await navigator.clipboard.writeText(link);
    notify(
      `Copied a link of ${(link.length / 1000).toFixed(1)} kB that opens this design. The design travels in the link itself; nothing is uploaded.`,
      { tone: 'success' },
    );
  } catch {
    location.hash = made.hash;
    notify('The link is in the address bar; copy it from there.', { tone: 'success' });
  }
}

/** Opens the text of a design file in place of the present design; undo brings that back. */
export async function openText(name: string, text: string): Promise<boolean> {
  const { readFile } = await import('../files/read-file.ts');
  const { edit, notify, setReadOnly } = composer.getState();
  const read = readFile(text);
  if ('problem' in read) {
    notify(`${name} was not opened. ${read.problem}`, { tone: 'error' });
    return false;
  }
  if (!edit(() => replaceDesign(read.design, `Open ${name}`))) return false;
  if (read.newer) {
    const { version, left } = read.newer;
    setReadOnly({
      reason: `${name} was saved by a newer version of the composer (format ${version}), so it is read-only. ${left.length > 0 ? `Not shown: ${left.slice(0, 6).join(', ')}${left.length > 6 ? ` and ${left.length - 6} more` : ''}.` : 'All of it could be read.'}`,
      action: {
        label: 'Close it',
        run: () => {
          composer.getState().setReadOnly(undefined);
          composer.getState().undo();
        },
      },
    });
  } else notify(`Opened ${read.design.name}. Undo brings the former design back.`, { tone: 'success' });
  return true;
}

/** Opens a design file, a picture of a canvas, an exported project, the report of a build, or the result of a probe. */
export async function openAny(file: File): Promise<void> {
  const { notify } = composer.getState();
  if (file.size > 80_000_000) {
    notify(`${file.name} is too large to be a design, a picture of a canvas or an exported project.`, {
      tone: 'error',
    });
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const png = bytes[0] === 0x89 && bytes[1] === 0x50;
  const text = zip || png ? '' : new TextDecoder().decode(bytes);
  if (/^\s*\{\s*"format"\s*:\s*"flexllm-(report|probe)"/.test(text)) {
    const { importResult } = await import('../figures/import-report.ts');
    importResult(file.name, text);
    return;
  }
  if (!zip && !png && !/^\s*<(\?xml|svg)/.test(text)) {
    const { isModelConfig } = await import('../files/model-config.ts');
    if (isModelConfig(text)) openDialog('new', { name: file.name, text });
    else await openText(file.name, text);
    return;
  }
  const [{ designInSvg, designInZip }, { textOf }] = await Promise.all([
    import('../files/share.ts'),
    import('../files/png.ts'),
  ]);
  let inside: { readonly text: string } | { readonly problem: string } | undefined;
  try {
    const found = zip ? designInZip(bytes) : png ? textOf(bytes) : designInSvg(text);
    inside = typeof found === 'string' ? { text: found } : found;
  } catch {
    inside = undefined;
  }
  if (inside && 'problem' in inside) notify(`${file.name} was not opened. ${inside.problem}`, { tone: 'error' });
  else if (inside === undefined)
    notify(
      `${file.name} holds no design. Open a design file, a picture saved by the composer, or an exported project.`,
      { tone: 'error' },
    );
  else await openText(file.name, inside.text);
}

/** What `openAny` reads, for the browser's chooser of files. */
export const OPENED = '.json,.svg,.png,.zip,application/json,image/svg+xml,image/png,application/zip';

export function openFile(): void {
  void chooseFile(OPENED).then((file) => file && openAny(file));
}

/** Files that are dropped anywhere on the window are opened. */
export function listenToDrops(): () => void {
  const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const onOver = (event: DragEvent): void => {
    if (holdsFiles(event)) event.preventDefault();
  };
  const onDrop = (event: DragEvent): void => {
    const file = event.dataTransfer?.files[0];
    if (!holdsFiles(event) || event.defaultPrevented || !file) return;
    event.preventDefault();
    void openAny(file);
  };
  window.addEventListener('dragover', onOver);
  window.addEventListener('drop', onDrop);
  return () => {
    window.removeEventListener('dragover', onOver);
    window.removeEventListener('drop', onDrop);
  };
}
