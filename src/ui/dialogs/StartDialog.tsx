import { Compass, FileJson2, FolderOpen } from 'lucide-react';
import { useEffect } from 'react';
import { OPENED, openAny } from '../actions/files.ts';
import { BrandMark } from '../components/BrandMark.tsx';
import { type Door, Doors } from '../components/Doors.tsx';
import { chooseFile, chooseText } from '../files/browser-files.ts';
import { useComposer } from '../state/app-store.ts';
import { closeDialog, openDialog } from '../state/dialogs.ts';
import { usePreferences } from '../state/preferences.ts';
import { startTour } from '../tour/tour.ts';
import { Shell } from './Shell.tsx';

function takeTour(): void {
  closeDialog();
  startTour();
}

async function fromModel(): Promise<void> {
  const file = await chooseText('.json,application/json');
  if (file) openDialog('new', file);
}

async function fromFile(): Promise<void> {
  const file = await chooseFile(OPENED);
  if (!file) return;
  closeDialog();
  await openAny(file);
}

const DOORS: readonly Door[] = [
  {
    title: 'Take the tour',
    text: 'Ten minutes on a sample: change it, and see why prefill and decode want different hardware.',
    Icon: Compass,
    run: takeTour,
  },
  {
    title: 'Start from a model',
    text: 'The config.json of a Llama-family model. A template composes the first design.',
    Icon: FileJson2,
    run: () => void fromModel(),
  },
  {
    title: 'Open a file',
    text: 'A saved design, a picture of a canvas, or an exported project (zip).',
    Icon: FolderOpen,
    run: () => void fromFile(),
  },
];

/** What a first visit is met with. However it is left, it does not come back by itself. */
export default function StartDialog() {
  const sample = useComposer((state) => state.design.name);
  useEffect(() => () => usePreferences.getState().change({ greeted: true }), []);
  return (
    <Shell
      wide
      title="FlexLLM Composer"
      mark={<BrandMark size={34} />}
      description="Compose an accelerator for a large language model from hardware modules, on two canvases: prefill reads the prompt, decode writes the answer. See at once what it costs and how fast it is, then export a complete HLS project."
    >
      <Doors doors={DOORS} icon={22} className="doors doors--start" />
      <div className="start__foot">
        <p className="muted">
          The sample <strong>{sample}</strong> is open behind this page. Nothing you do here leaves your computer.
        </p>
        <button type="button" className="button" onClick={closeDialog}>
          Go on with the sample
        </button>
      </div>
    </Shell>
  );
}
