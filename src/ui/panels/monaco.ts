import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/contextmenu/register';
import 'monaco-editor/features/diffEditor/register';
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
monaco.editor.defineTheme('composer-light', {
  base: 'vs',
  inherit: true,
  rules: [{ token: 'comment', foreground: '3f6b2f' }],
  colors: { 'editor.background': '#ffffff', 'editorLineNumber.foreground': '#6b7686' },
});
monaco.editor.defineTheme('composer-dark', {
  base: 'vs-dark',
  inherit: true,
  rules: [{ token: 'comment', foreground: '86b974' }],
  colors: { 'editor.background': '#1a2029', 'editorLineNumber.foreground': '#8b98aa' },
});

const LANGUAGES: Readonly<Record<string, string>> = {
  cpp: 'cpp',
  hpp: 'cpp',
  h: 'cpp',
  mjs: 'javascript',
  json: 'javascript',
  cfg: 'ini',
  ini: 'ini',
  md: 'markdown',
  tcl: 'tcl',
};

/** A place in the code that was clicked or moved to. */
export interface CodePlace {
  readonly path: string;
  readonly text: string;
  readonly line: number;
  readonly word: string | undefined;
}

/** A read-only editor that shows one file at a time and keeps the place in each; beside an older text when that is given. */
export interface CodePane {
  readonly show: (path: string, text: string, older?: string) => void;
  /** Brings a line into view and marks it. */
  readonly reveal: (line: number) => void;
  readonly theme: (theme: 'light' | 'dark') => void;
  readonly dispose: () => void;
}

const OPTIONS: monaco.editor.IEditorConstructionOptions & { readOnly: true } = {
  readOnly: true,
  domReadOnly: true,
  automaticLayout: true,
  minimap: { enabled: false },
  fontSize: 12,
  lineHeight: 18,
  scrollBeyondLastLine: false,
  renderLineHighlight: 'none',
  padding: { top: 8, bottom: 8 },
};

const language = (path: string): string => LANGUAGES[path.slice(path.lastIndexOf('.') + 1)] ?? 'plaintext';

/** @param onPick what was clicked in the code */
export function createCodePane(box: HTMLElement, onPick: (place: CodePlace) => void): CodePane {
  const plainBox = document.createElement('div');
  const diffBox = document.createElement('div');
  for (const part of [plainBox, diffBox]) {
    part.className = 'code__editor';
    box.append(part);
  }
  const editor = monaco.editor.create(plainBox, { ...OPTIONS, ariaLabel: 'Generated code, read only', model: null });
  let diff: monaco.editor.IStandaloneDiffEditor | undefined;
  const models = new Map<string, monaco.editor.ITextModel>();
  const places = new Map<string, monaco.editor.ICodeEditorViewState | null>();
  const marks = editor.createDecorationsCollection();
  let shown: string | undefined;
  const modelOf = (key: string, path: string, text: string): monaco.editor.ITextModel => {
    let model = models.get(key);
    if (!model) {
      model = monaco.editor.createModel(text, language(path), monaco.Uri.file(key));
      models.set(key, model);
    } else if (model.getValue() !== text) model.setValue(text);
    return model;
  };
  editor.onMouseUp((event) => {
    const model = editor.getModel();
    const { position } = event.target;
    if (model && position && shown !== undefined && event.event.leftButton !== undefined)
      onPick({
        path: shown,
        text: model.getValue(),
        line: position.lineNumber,
        word: model.getWordAtPosition(position)?.word,
      });
  });
  return {
    show: (path, text, older) => {
      diffBox.hidden = older === undefined;
      plainBox.hidden = older !== undefined;
      if (older !== undefined) {
        diff ??= monaco.editor.createDiffEditor(diffBox, {
          ...OPTIONS,
          originalEditable: false,
          renderSideBySide: true,
          useInlineViewWhenSpaceIsLimited: true,
          hideUnchangedRegions: { enabled: true },
        });
        diff.setModel({ original: modelOf(`last-export/${path}`, path, older), modified: modelOf(path, path, text) });
        return;
      }
      if (shown !== undefined && shown !== path) places.set(shown, editor.saveViewState());
      const model = modelOf(path, path, text);
      if (editor.getModel() !== model) {
        editor.setModel(model);
        editor.restoreViewState(places.get(path) ?? null);
      }
      shown = path;
    },
    reveal: (line) => {
      editor.revealLineNearTop(line);
      marks.set([
        {
          range: new monaco.Range(line, 1, line, 1),
          options: { isWholeLine: true, className: 'code__mark', linesDecorationsClassName: 'code__mark-edge' },
        },
      ]);
    },
    theme: (theme) => monaco.editor.setTheme(theme === 'dark' ? 'composer-dark' : 'composer-light'),
    dispose: () => {
      editor.dispose();
      diff?.dispose();
      for (const model of models.values()) model.dispose();
      box.replaceChildren();
    },
  };
}
