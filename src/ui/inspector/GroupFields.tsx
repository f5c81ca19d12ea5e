import { type Group, GROUP_COLOURS, type StageName } from '../../core/design/types.ts';
import { TextField } from '../components/TextField.tsx';
import { colourGroup, foldGroup, renameGroup, ungroup } from '../../core/edit/annotations.ts';
import { composer } from '../state/app-store.ts';

/** Title, colour and state of a group. */
export function GroupFields({ stage, group }: { readonly stage: StageName; readonly group: Group }) {
  const { edit } = composer.getState();
  return (
    <>
      <TextField
        label="Title of the group"
        fieldId="group-title"
        value={group.title}
        onCommit={(title) => edit(() => renameGroup(stage, group.id, title))}
      />
      <fieldset className="swatches">
        <legend className="field__label">Colour</legend>
        {GROUP_COLOURS.map((colour) => (
          <label key={colour} className={`swatches__item group--${colour}`} title={colour}>
            <input
              type="radio"
              name="group-colour"
              value={colour}
              checked={group.colour === colour}
              onChange={() => edit(() => colourGroup(stage, group.id, colour))}
            />
            <span className="sr-only">{colour}</span>
          </label>
        ))}
      </fieldset>
      <div className="button-row">
        <button
          type="button"
          className="button"
          onClick={() => edit((design) => foldGroup(design, stage, group.id, !group.collapsed))}
        >
          {group.collapsed ? 'Expand' : 'Collapse'}
        </button>
        <button type="button" className="button" onClick={() => edit((design) => ungroup(design, stage, group.id))}>
          Ungroup
        </button>
      </div>
    </>
  );
}
