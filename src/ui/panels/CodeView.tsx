import { FileCode2, FileText } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { generate } from '../export/export.ts';
import type { CodeFile } from '../export/protocol.ts';
import { useComposer } from '../state/app-store.ts';
import { analysisOf } from '../state/derived.ts';
import { useTheme } from '../state/theme.ts';
import { type CodePane, createCodePane } from './monaco.ts';

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
  return [...groups].sort(([a], [b]) => Number(!a.startsWith('src')) - Number(!b.startsWith('src')) || a.localeCompare(b));
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The generated project, file by file, as it would be exported now. */
export default function CodeView() {
  const legal = useComposer((state) => analysisOf(state.design).legal);
  const theme = useTheme((state) => state.shown);
  const generated = useFiles();
  const [path, setPath] = useState(FIRST);
  const box = useRef<HTMLDivElement>(null);
  const [pane, setPane] = useState<CodePane | undefined>();
  const files = generated?.files ?? [];
  const file = files.find((candidate) => candidate.path === path) ?? files[0];
  const groups = useMemo(() => folders(generated?.files ?? []), [generated]);

  useEffect(() => {
    if (!box.current) return;
    const made = createCodePane(box.current);
    setPane(made);
    return () => made.dispose();
  }, []);
  useEffect(() => pane?.theme(theme), [pane, theme]);
  useEffect(() => {
    if (pane && file) pane.show(file.path, typeof file.content === 'string' ? file.content : `${file.content} bytes, not text`);
  }, [pane, file]);

  return (
    <div className="code">
      <nav className="code__files" aria-label="Generated files">
        {!legal ? <p className="code__note">The design has errors: this is the code of the last legal one, if there was any.</p> : null}
        {generated?.problem ? <p className="code__note">{generated.problem}</p> : null}
        {generated === undefined && legal ? <p className="code__note">Generating…</p> : null}
        {groups.map(([folder, items]) => (
          <div key={folder} className="code__folder">
            <h3>{folder === '' ? 'project' : folder}</h3>
            <ul>
              {items.map((item) => (
                <li key={item.path}>
                  <button type="button" className="code__file" aria-current={item.path === file?.path ? 'true' : undefined} onClick={() => setPath(item.path)}>
                    {/\.(cpp|hpp|h)$/.test(item.path) ? <FileCode2 size={13} aria-hidden="true" /> : <FileText size={13} aria-hidden="true" />}
                    {base(item.path)}
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
