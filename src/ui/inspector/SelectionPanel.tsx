import type { StageName } from '../../core/design/types.ts';
import { plural } from '../components/format.ts';
import { composer } from '../state/app-store.ts';
import { duplicate } from '../state/copies.ts';
import { removeSelection } from '../state/edits.ts';

interface SelectionPanelProps {
  readonly stage: StageName;
  readonly instances: readonly string[];
  readonly streams: readonly string[];
}

/** Several things at once. */
export default function SelectionPanel({ stage, instances, streams }: SelectionPanelProps) {
  const selection = { stage, instances, streams };
  return (
    <div className="inspector">
      <div className="panel-head">
        <h2>Selection</h2>
        <span className="panel-head__note">{stage}</span>
      </div>
      <section className="inspector__section">
        <p>
          {[instances.length ? plural(instances.length, 'instance') : '', streams.length ? plural(streams.length, 'stream') : ''].filter(Boolean).join(' and ')} selected.
        </p>
        <div className="button-row">
          <button type="button" className="button" disabled={instances.length === 0} onClick={() => composer.getState().edit((design) => duplicate(design, selection))}>
            Duplicate
          </button>
          <button type="button" className="button button--danger" onClick={() => composer.getState().edit((design) => removeSelection(design, selection))}>
            Delete
          </button>
        </div>
      </section>
    </div>
  );
}
