import type { Group, StageName } from '../../core/design/types.ts';
import { plural } from '../words/format.ts';
import { groupSelection } from '../../core/edit/groups.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { groupCard } from '../drawing/group-card.ts';
import { GroupFields } from './GroupFields.tsx';
import { SelectionTools } from './SelectionTools.tsx';

/** A group: what it is called, how it is drawn, and what belongs to it. */
export default function GroupPanel({ stage, group }: { readonly stage: StageName; readonly group: Group }) {
  const design = useComposer((state) => state.design);
  const card = groupCard(design, stage, group);
  const { select } = composer.getState();
  const selection = groupSelection(stage, group);
  return (
    <div className="inspector">
      <div className="panel-head">
        <span className={`colour-dot group--${group.colour}`} aria-hidden="true" />
        <h2>{group.title}</h2>
        <span className="panel-head__note">group</span>
        <SelectionTools selection={selection} remove="Delete with its instances" />
      </div>
      <section className="inspector__section">
        <GroupFields stage={stage} group={group} />
      </section>
      <section className="inspector__section">
        <h3>
          {plural(group.members.length, 'instance')}, {plural(card.operations, 'operation')}
        </h3>
        <p className="field__help">
          {plural(card.inputs.length, 'port')} in, {card.outputs.length} out
          {card.passes.length > 0 ? `; works in ${card.passes.map((pass) => `P${pass}`).join(', ')}` : ''}. A group
          changes how the canvas is drawn, never what is built.
        </p>
        <ul className="member-list">
          {group.members.map((id) => (
            <li key={id}>
              <button
                type="button"
                className="link mono"
                onClick={() => select({ stage, instances: [id], streams: [] })}
              >
                {id}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
