import { formatDesign, parseDesign } from '../../core/design/schema.ts';
import { composer } from '../state/app-store.ts';
import { replaceDesign } from '../state/design-edits.ts';
import { safeFileName } from '../state/naming.ts';

/** Hands a file to the browser. */
export function download(name: string, content: Uint8Array | string, type: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves the design as a file. */
export function saveFile(): void {
  const { design, notify } = composer.getState();
  const name = `${safeFileName(design.name)}.flexllm.json`;
  download(name, formatDesign(design), 'application/json');
  notify(`Saved as ${name}.`, { tone: 'success' });
}

/** Lets the user choose a file and reads it as text; undefined when none was chosen. */
export function chooseText(accept: string): Promise<{ name: string; text: string } | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('cancel', () => resolve(undefined));
    input.addEventListener('change', async () => {
      const file = input.files?.[0];
      resolve(file ? { name: file.name, text: await file.text() } : undefined);
    });
    input.click();
  });
}

/** Opens the text of a design file in place of the present design; undo brings that back. */
export function openText(name: string, text: string): boolean {
  const { edit, notify } = composer.getState();
  const result = parseDesign(text);
  if (!result.ok) {
    notify(`${name} was not opened. ${result.problems[0]?.message ?? ''}`, { tone: 'error' });
    return false;
  }
  edit(() => replaceDesign(result.design, `Open ${name}`));
  notify(`Opened ${result.design.name}. Undo brings the former design back.`, { tone: 'success' });
  return true;
}

export function openFile(): void {
  void chooseText('.json,application/json').then((file) => file && openText(file.name, file.text));
}
