import { Copy, Trash2 } from 'lucide-react';
import type { Group, StageName } from '../../core/design/types.ts';
import { plural } from '../components/format.ts';
import { IconButton } from '../components/IconButton.tsx';
import { groupSelection } from '../state/annotations.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { duplicate } from '../state/copies.ts';
import { removeSelection } from '../state/edits.ts';
import { groupCard } from './group-card.ts';
import { GroupFields } from './GroupFields.tsx';

/** A group: what it is called, how it is drawn, and what belongs to it. */
export default function GroupPanel({ stage, group }: { readonly stage: StageName; readonly group: Group }) {
  const design = useComposer((state) => state.design);
  const card = groupCard(design, stage, group);
  const { edit, select } = composer.getState();
  const selection = groupSelection(stage, group);
  return (
    <div className="inspector">
      <div className="panel-head">
        <span className={`colour-dot group--${group.colour}`} aria-hidden="true" />
        <h2>{group.title}</h2>
        <span className="panel-head__note">group</span>
        <span className="panel-head__tools">
          <IconButton label="Duplicate" keys="Ctrl D" onClick={() => edit((present) => duplicate(present, selection))}>
            <Copy size={14} />
          </IconButton>
          <IconButton label="Delete with its instances" keys="Del" onClick={() => edit((present) => removeSelection(present, selection))}>
            <Trash2 size={14} />
          </IconButton>
        </span>
      </div>
      <section className="inspector__section">
        <GroupFields stage={stage} group={group} />
      </section>
      <section className="inspector__section">
        <h3>
          {plural(group.members.length, 'instance')}, {plural(card.operations, 'operation')}
        </h3>
        <p className="field__help">
          {plural(card.inputs.length, 'port')} in, {card.outputs.length} out{card.passes.length > 0 ? `; works in ${card.passes.map((pass) => `P${pass}`).join(', ')}` : ''}. A group changes how the canvas is drawn, never what is built.
        </p>
        <ul className="member-list">
          {group.members.map((id) => (
            <li key={id}>
              <button type="button" className="link mono" onClick={() => select({ stage, instances: [id], streams: [] })}>
                {id}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
