import type { StageName } from '../../core/design/types.ts';
import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalDistributeCenter,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalDistributeCenter,
} from 'lucide-react';
import { actionById } from '../actions/actions.ts';
import { IconButton } from '../components/IconButton.tsx';
import { plural } from '../words/format.ts';
import { composer } from '../state/app-store.ts';
import { duplicate } from '../../core/edit/copies.ts';
import { removeSelection } from '../../core/edit/instances.ts';

interface SelectionPanelProps {
  readonly stage: StageName;
  readonly instances: readonly string[];
  readonly streams: readonly string[];
  readonly notes: readonly string[];
}

const ARRANGE = [
  { action: 'align-left', Icon: AlignStartVertical },
  { action: 'align-centre', Icon: AlignCenterVertical },
  { action: 'align-right', Icon: AlignEndVertical },
  { action: 'align-top', Icon: AlignStartHorizontal },
  { action: 'align-middle', Icon: AlignCenterHorizontal },
  { action: 'align-bottom', Icon: AlignEndHorizontal },
  { action: 'distribute-across', Icon: AlignHorizontalDistributeCenter },
  { action: 'distribute-down', Icon: AlignVerticalDistributeCenter },
] as const;

/** Several things at once. */
export default function SelectionPanel({ stage, instances, streams, notes }: SelectionPanelProps) {
  const selection = { stage, instances, streams, notes };
  return (
    <div className="inspector">
      <div className="panel-head">
        <h2>Selection</h2>
        <span className="panel-head__note">{stage}</span>
      </div>
      <section className="inspector__section">
        <p>
          {[
            instances.length ? plural(instances.length, 'instance') : '',
            streams.length ? plural(streams.length, 'stream') : '',
            notes.length ? plural(notes.length, 'note') : '',
          ]
            .filter(Boolean)
            .join(', ')}{' '}
          selected.
        </p>
        <div className="button-row">
          <button
            type="button"
            className="button"
            disabled={instances.length === 0}
            onClick={() => actionById('group').run()}
          >
            Group
          </button>
          <button
            type="button"
            className="button"
            disabled={instances.length + notes.length === 0}
            onClick={() => composer.getState().edit((design) => duplicate(design, selection))}
          >
            Duplicate
          </button>
          <button
            type="button"
            className="button button--danger"
            onClick={() => composer.getState().edit((design) => removeSelection(design, selection))}
          >
            Delete
          </button>
        </div>
      </section>
      {instances.length > 1 ? (
        <section className="inspector__section">
          <h3>Align and distribute</h3>
          <div className="button-row button-row--icons">
            {ARRANGE.map(({ action, Icon }) => {
              const { label, enabled, run } = actionById(action);
              return (
                <IconButton key={action} label={label} disabled={enabled?.() === false} onClick={run}>
                  <Icon size={15} />
                </IconButton>
              );
            })}
          </div>
        </section>
      ) : null}
    </div>
  );
}
