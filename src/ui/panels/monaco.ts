import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/contextmenu/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/folding/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/languages/definitions/cpp/register';
import 'monaco-editor/languages/definitions/ini/register';
import 'monaco-editor/languages/definitions/javascript/register';
import 'monaco-editor/languages/definitions/markdown/register';
import 'monaco-editor/languages/definitions/tcl/register';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };

/** The colours of the application (styles/tokens.css), with comments that can be read. */
monaco.editor.defineTheme('composer-light', { base: 'vs', inherit: true, rules: [{ token: 'comment', foreground: '3f6b2f' }], colors: { 'editor.background': '#ffffff', 'editorLineNumber.foreground': '#6b7686' } });
monaco.editor.defineTheme('composer-dark', { base: 'vs-dark', inherit: true, rules: [{ token: 'comment', foreground: '86b974' }], colors: { 'editor.background': '#1a2029', 'editorLineNumber.foreground': '#8b98aa' } });

const LANGUAGES: Readonly<Record<string, string>> = { cpp: 'cpp', hpp: 'cpp', h: 'cpp', mjs: 'javascript', json: 'javascript', cfg: 'ini', ini: 'ini', md: 'markdown', tcl: 'tcl' };

/** A read-only editor that shows one file at a time and keeps the place in each. */
export interface CodePane {
  readonly show: (path: string, text: string) => void;
  readonly theme: (theme: 'light' | 'dark') => void;
  readonly dispose: () => void;
}

export function createCodePane(box: HTMLElement): CodePane {
  const editor = monaco.editor.create(box, {
    readOnly: true,
    domReadOnly: true,
    automaticLayout: true,
    minimap: { enabled: false },
    fontSize: 12,
    lineHeight: 18,
    scrollBeyondLastLine: false,
    renderLineHighlight: 'none',
    padding: { top: 8, bottom: 8 },
    ariaLabel: 'Generated code, read only',
    model: null,
  });
  const models = new Map<string, monaco.editor.ITextModel>();
  const places = new Map<string, monaco.editor.ICodeEditorViewState | null>();
  let shown: string | undefined;
  return {
    show: (path, text) => {
      if (shown !== undefined) places.set(shown, editor.saveViewState());
      let model = models.get(path);
      if (!model) {
        model = monaco.editor.createModel(text, LANGUAGES[path.slice(path.lastIndexOf('.') + 1)] ?? 'plaintext', monaco.Uri.file(path));
        models.set(path, model);
      } else if (model.getValue() !== text) model.setValue(text);
      editor.setModel(model);
      editor.restoreViewState(places.get(path) ?? null);
      shown = path;
    },
    theme: (theme) => monaco.editor.setTheme(theme === 'dark' ? 'composer-dark' : 'composer-light'),
    dispose: () => {
      editor.dispose();
      for (const model of models.values()) model.dispose();
    },
  };
}
