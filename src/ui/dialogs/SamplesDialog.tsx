import { SAMPLES } from '../../core/templates/samples.ts';
import { composer } from '../state/app-store.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import { closeDialog } from '../state/dialogs.ts';
import { Shell } from './Shell.tsx';

/** The designs that come with the application. */
export default function SamplesDialog() {
  return (
    <Shell title="Open a sample" description="It takes the place of the present design; undo brings that back.">
      <ul className="samples">
        {SAMPLES.map((sample) => (
          <li key={sample.id}>
            <button
              type="button"
              className="samples__item"
              onClick={() => {
                composer.getState().edit(() => replaceDesign(sample.design(), `Open sample ${sample.id}`));
                closeDialog();
              }}
            >
              <span className="samples__title">
                {sample.title} {sample.shipsModel ? <span className="chip">runs at once</span> : null}
              </span>
              <span className="samples__summary">{sample.summary}</span>
            </button>
          </li>
        ))}
      </ul>
    </Shell>
  );
}
