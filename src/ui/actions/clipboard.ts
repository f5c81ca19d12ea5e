import { canvasOf } from '../drawing/session.ts';
import { composer } from '../state/app-store.ts';
import { isRefused } from '../../core/edit/edit.ts';
import { copyText, isFragment } from '../../core/edit/fragment.ts';
import { removeSelection } from '../../core/edit/instances.ts';

/** Copying and pasting: by the browser's events where keys are used, by its clipboard where a menu is. */

/** What was copied last here, for browsers that do not let a menu read the clipboard. */
let kept = '';

function selectedText(): string | undefined {
  const { design, selection } = composer.getState();
  return copyText(design, selection);
}

async function pasteText(text: string): Promise<void> {
  const { stage, edit } = composer.getState();
  const canvas = canvasOf(stage);
  const { paste, readFragment } = await import('../../core/edit/paste.ts');
  edit((design) => {
    const fragment = readFragment(design, text);
    return isRefused(fragment)
      ? fragment
      : paste(design, stage, fragment, canvas?.pointer() ?? (fragment.stage === stage ? undefined : canvas?.middle()));
  });
}

function cut(): void {
  composer.getState().edit((design) => {
    const { selection } = composer.getState();
    const edit = removeSelection(design, selection);
    return isRefused(edit)
      ? edit
      : {
          ...edit,
          label:
            selection.instances.length === 1
              ? `Cut ${selection.instances[0]}`
              : `Cut ${selection.instances.length} instances`,
        };
  });
}

export async function copySelection(): Promise<boolean> {
  const text = selectedText();
  if (!text) return false;
  kept = text;
  await navigator.clipboard?.writeText(text).catch(() => undefined);
  return true;
}

export async function cutSelection(): Promise<void> {
  if (await copySelection()) cut();
}

export async function pasteClipboard(): Promise<void> {
  const text = await navigator.clipboard?.readText?.().catch(() => kept);
  await pasteText(text && isFragment(text) ? text : kept);
}

/** Whether the browser's own copying is meant: text is selected or being edited. */
function isText(event: Event): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea, select, [contenteditable], .monaco-editor, [role="dialog"]')) return true;
  return event.type !== 'paste' && (getSelection()?.toString() ?? '') !== '';
}

/** Answers the browser's copy, cut and paste. */
export function listenToClipboard(): () => void {
  const onCopy = (event: ClipboardEvent): void => {
    const text = isText(event) ? undefined : selectedText();
    if (!text || !event.clipboardData) return;
    event.preventDefault();
    kept = text;
    event.clipboardData.setData('text/plain', text);
    if (event.type === 'cut') cut();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (isText(event) || !isFragment(text)) return;
    event.preventDefault();
    void pasteText(text);
  };
  document.addEventListener('copy', onCopy);
  document.addEventListener('cut', onCopy);
  document.addEventListener('paste', onPaste);
  return () => {
    document.removeEventListener('copy', onCopy);
    document.removeEventListener('cut', onCopy);
    document.removeEventListener('paste', onPaste);
  };
}
