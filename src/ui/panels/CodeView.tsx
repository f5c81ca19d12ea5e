import { FileCode2, FileText } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { showOnCanvas } from '../actions/reveal.ts';
import { DesignChoice } from '../compare/DesignChoice.tsx';
import type { Chosen } from '../files/design-choice.ts';
import { generate } from '../export/export.ts';
import type { CodeFile } from '../export/protocol.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { useTheme } from '../state/theme.ts';
import { instanceAt, lineOfInstance } from './code-map.ts';
import { type CodePane, type CodePlace, createCodePane } from './monaco.ts';

const REGENERATE_AFTER_MS = 250;
const FIRST = 'src/prefill.cpp';

interface Generated {
  readonly files: readonly CodeFile[];
  readonly problem: string | undefined;
}

/** The files of the project as they would be exported now. */
function useFiles(): Generated | undefined {
  const design = useComposer((state) => state.design);
  const legal = useComposer((state) => analysisOf(state.design).legal);
  const [generated, setGenerated] = useState<Generated | undefined>();
  useEffect(() => {
    if (!legal) return;
    let current = true;
    const timer = setTimeout(async () => {
      const response = await generate('files', design);
      if (!current) return;
      if (response.kind === 'files') setGenerated({ files: response.files, problem: response.notes[0] });
      else if (response.kind === 'error') setGenerated({ files: [], problem: response.message });
    }, REGENERATE_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [design, legal]);
  return generated;
}

function folders(files: readonly CodeFile[]): readonly (readonly [string, readonly CodeFile[]])[] {
  const groups = new Map<string, CodeFile[]>();
  for (const file of files) {
    const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
    groups.set(folder, [...(groups.get(folder) ?? []), file]);
  }
  return [...groups].sort(
    ([a], [b]) => Number(!a.startsWith('src')) - Number(!b.startsWith('src')) || a.localeCompare(b),
  );
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

type Other = { readonly files: ReadonlyMap<string, string> } | { readonly problem: string };

/** The files of what the code is compared with, by path; undefined until they are there, or when nothing is wanted. */
function useOther(chosen: Chosen | undefined): Other | undefined {
  const [other, setOther] = useState<{ readonly of: Chosen; readonly value: Other } | undefined>();
  useEffect(() => {
    if (!chosen) return;
    let current = true;
    const read = async (): Promise<Other> => {
      if ('problem' in chosen) return chosen;
      const response = await generate('files', chosen.design);
      if (response.kind === 'files')
        return {
          files: new Map(
            response.files.flatMap((file) =>
              typeof file.content === 'string' ? [[file.path, file.content] as const] : [],
            ),
          ),
        };
      return { problem: response.kind === 'error' ? response.message : 'This design cannot be generated.' };
    };
    void read().then((value) => current && setOther({ of: chosen, value }));
    return () => {
      current = false;
    };
  }, [chosen]);
  return other && other.of === chosen ? other.value : undefined;
}

const stageOf = (path: string): StageName | undefined => STAGE_NAMES.find((stage) => path.endsWith(`/${stage}.cpp`));
const idsOf = (stage: StageName): string[] =>
  composer.getState().design.stages[stage].instances.map((instance) => instance.id);

/** What was clicked in the code is selected on the canvas. */
function pick({ path, text, line, word }: CodePlace): void {
  const stage = stageOf(path);
  const instance = stage && instanceAt(text, line, word, idsOf(stage));
  if (stage && instance) showOnCanvas({ stage, instances: [instance], streams: [] });
}

/** The generated project, file by file, as it would be exported now. */
export default function CodeView() {
  const legal = useComposer((state) => analysisOf(state.design).legal);
  const theme = useTheme((state) => state.shown);
  const generated = useFiles();
  const [path, setPath] = useState(FIRST);
  const [chosen, setChosen] = useState<Chosen | undefined>();
  const last = useOther(chosen);
  const selection = useComposer((state) => state.selection);
  const box = useRef<HTMLDivElement>(null);
  const [pane, setPane] = useState<CodePane | undefined>();
  const files = generated?.files ?? [];
  const file = files.find((candidate) => candidate.path === path) ?? files[0];
  const groups = useMemo(() => folders(generated?.files ?? []), [generated]);

  useEffect(() => {
    if (!box.current) return;
    const made = createCodePane(box.current, pick);
    setPane(made);
    return () => made.dispose();
  }, []);
  useEffect(() => pane?.theme(theme), [pane, theme]);
  useEffect(() => {
    if (!pane || !file) return;
    const text = typeof file.content === 'string' ? file.content : `${file.content} bytes, not text`;
    pane.show(file.path, text, last && 'files' in last ? (last.files.get(file.path) ?? '') : undefined);
  }, [pane, file, last]);
  // An instance that is selected shows its code, in the file of its stage.
  const [only] = selection.instances;
  const wanted = selection.instances.length === 1 ? only : undefined;
  const stagePath = `src/${selection.stage}.cpp`;
  const ready = generated !== undefined;
  useEffect(() => {
    if (wanted && ready) setPath(stagePath);
  }, [wanted, stagePath, ready]);
  useEffect(() => {
    if (!pane || !wanted || file?.path !== stagePath || typeof file.content !== 'string') return;
    const line = lineOfInstance(file.content, wanted, idsOf(selection.stage));
    if (line) pane.reveal(line);
  }, [pane, wanted, file, stagePath, selection.stage]);
  const changed = (item: CodeFile): boolean =>
    last !== undefined &&
    'files' in last &&
    typeof item.content === 'string' &&
    last.files.get(item.path) !== item.content;

  return (
    <div className="code">
      <nav className="code__files" aria-label="Generated files">
        <DesignChoice label="Compare with" className="code__compare" first="" onChoose={setChosen} />
        {last && 'problem' in last ? <p className="code__note">{last.problem}</p> : null}
        {!legal ? (
          <p className="code__note">The design has errors: this is the code of the last legal one, if there was any.</p>
        ) : null}
        {generated?.problem ? <p className="code__note">{generated.problem}</p> : null}
        {generated === undefined && legal ? <p className="code__note">Generating…</p> : null}
        {groups.map(([folder, items]) => (
          <div key={folder} className="code__folder">
            <h3>{folder === '' ? 'project' : folder}</h3>
            <ul>
              {items.map((item) => (
                <li key={item.path}>
                  <button
                    type="button"
                    className="code__file"
                    aria-current={item.path === file?.path ? 'true' : undefined}
                    onClick={() => setPath(item.path)}
                  >
                    {/\.(cpp|hpp|h)$/.test(item.path) ? (
                      <FileCode2 size={13} aria-hidden="true" />
                    ) : (
                      <FileText size={13} aria-hidden="true" />
                    )}
                    {base(item.path)}
                    {changed(item) ? <span className="code__changed">changed</span> : null}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="code__pane" ref={box} data-testid="code-pane" />
    </div>
  );
}
