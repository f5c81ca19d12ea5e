import { BookOpenText, FolderOpen, LayoutTemplate, SquareDashed } from 'lucide-react';
import { sampleById } from '../../core/templates/samples.ts';
import type { StageName } from '../../core/design/types.ts';
import { openFile } from '../actions/files.ts';
import { openDialog } from '../state/dialogs.ts';
import { composer } from '../state/app-store.ts';
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

/** What to do with a canvas on which nothing stands yet. */
export default function EmptyCanvas({ stage }: { readonly stage: StageName }) {
  const doors = [
    { title: 'Start from Llama 3.2 1B', text: "FlexLLM's published configuration", Icon: BookOpenText, run: openPaper },
    {
      title: 'Start blank',
      text: 'Add modules one by one',
      Icon: SquareDashed,
      run: () => usePreferences.getState().show('modules', 'palette-search'),
    },
    { title: 'Open a file', text: 'Design, picture or project', Icon: FolderOpen, run: openFile },
  ];
  return (
    <div className="empty">
      <div className="empty__card">
        <h3>{STAGE_TITLES[stage]} is empty</h3>
        <p>{TEXT[stage]}</p>
        <ul className="doors">
          {doors.map(({ title, text, Icon, run }) => (
            <li key={title}>
              <button type="button" className="door" onClick={run}>
                <Icon size={18} aria-hidden="true" />
                <span className="door__title">{title}</span>
                <span className="door__text">{text}</span>
              </button>
            </li>
          ))}
        </ul>
        <ol>
          <li>
            Drag a module from the palette, for example <em>Token embedding</em>.
          </li>
          <li>Draw a wire from an output (right) to an input (left). What does not fit says why.</li>
          <li>Drop a module onto an instance of its kind to reuse the hardware in a later pass.</li>
        </ol>
        <div className="button-row">
          <button type="button" className="button button--primary" onClick={() => openDialog('new')}>
            <LayoutTemplate size={14} aria-hidden="true" /> Compose from a template…
          </button>
          <button type="button" className="button" onClick={startTour}>
            Take the five-minute tour
          </button>
        </div>
      </div>
    </div>
  );
}
