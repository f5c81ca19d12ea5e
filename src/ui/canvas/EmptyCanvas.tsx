import { BookOpenText, FolderOpen, LayoutTemplate, Plus } from 'lucide-react';
import { sourcesFor } from '../../core/modules/catalogue.ts';
import { sampleById } from '../../core/templates/samples.ts';
import type { StageName } from '../../core/design/types.ts';
import { openFile } from '../actions/files.ts';
import { keyName } from '../actions/keys.ts';
import { addModuleInView } from '../actions/module-drop.ts';
import { Doors } from '../components/Doors.tsx';
import { composer } from '../state/app-store.ts';
import { fillStage } from '../../core/edit/fill-stage.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import { usePreferences } from '../state/preferences.ts';
import { startTour } from '../tour/tour.ts';
import { STAGE_TITLES } from '../words/names.ts';

const TEXT: Readonly<Record<StageName, string>> = {
  prefill: 'Prefill reads the prompt, many tokens side by side, and fills the KV cache.',
  decode: 'Decode makes one token after another from the KV cache.',
};

const PAPER = 'llama-3.2-1b-u280';

function openPaper(): void {
  const sample = sampleById(PAPER);
  if (sample) composer.getState().edit(() => replaceDesign(sample.design(), `Open sample ${sample.id}`));
}

/** Places a module, and says how to go on from there. */
function place(stage: StageName, module: string, title: string): void {
  addModuleInView(stage, module);
  composer
    .getState()
    .notify(
      `${title} is placed. Press ${keyName('A')} to add what reads it, or let go of a wire over empty canvas; the problems say what is still missing.`,
    );
}

/** What to do with a canvas on which nothing stands yet. */
export default function EmptyCanvas({ stage }: { readonly stage: StageName }) {
  const [first, ...others] = sourcesFor(stage);
  const doors = [
    ...(first
      ? [
          {
            title: `Place ${first.title}`,
            text: 'First on the way of a token',
            Icon: Plus,
            run: () => place(stage, first.id, first.title),
          },
        ]
      : []),
    {
      title: 'Fill from a template',
      text: 'Hybrid: reuse where hardware would idle',
      Icon: LayoutTemplate,
      run: () => composer.getState().edit((design) => fillStage(design, stage)),
    },
    { title: 'Start from Llama 3.2 1B', text: "FlexLLM's published configuration", Icon: BookOpenText, run: openPaper },
    { title: 'Open a file', text: 'Design, picture or project', Icon: FolderOpen, run: openFile },
  ];
  return (
    <div className="empty">
      <div className="empty__card">
        <h3>{STAGE_TITLES[stage]} is empty</h3>
        <p>{TEXT[stage]}</p>
        <Doors doors={doors} icon={18} />
        <ol>
          <li>Drag a module from the palette, or press Enter on it.</li>
          <li>Draw a wire from an output (right) to an input (left). What does not fit says why.</li>
          <li>Drop a module onto an instance of its kind to reuse the hardware in a later pass.</li>
        </ol>
        <div className="button-row">
          {others.map(({ id, title }) => (
            <button key={id} type="button" className="button" onClick={() => place(stage, id, title)}>
              <Plus size={13} aria-hidden="true" /> {title}
            </button>
          ))}
          <button
            type="button"
            className="button"
            onClick={() => usePreferences.getState().show('modules', 'palette-search')}
          >
            All modules
          </button>
          <button type="button" className="button" onClick={startTour}>
            Take the tour
          </button>
        </div>
      </div>
    </div>
  );
}
