import { Wrench } from 'lucide-react';
import { useEffect, useState } from 'react';
import { graft } from '../../core/edit/graft.ts';
import type { HistoryEntry } from '../../core/edit/history.ts';
import { composer } from '../state/app-store.ts';
import { type Adapted, findAdaptation } from './adapt-client.ts';

/** The change and what else has to change become one step of the history. */
function takeOver(entry: HistoryEntry, adapted: Extract<Adapted, { design: unknown }>): void {
  composer.getState().edit((design) =>
    design === entry.to
      ? {
          label: `${entry.label}, and adapt`,
          ...(entry.merge === undefined ? {} : { merge: entry.merge, amends: true as const }),
          recipe: () => graft(design, adapted.design),
        }
      : { refused: 'The design has changed meanwhile; choose the value again.' },
  );
}

/** A change that has broken the design comes with what else has to change: what it is, what it costs, and a button. */
export default function AdaptOffer({ entry }: { readonly entry: HistoryEntry }) {
  const [found, setFound] = useState<{ readonly of: HistoryEntry; readonly adapted: Adapted } | undefined>();
  useEffect(() => {
    let wanted = true;
    const { to: design, from: before, sets = '' } = entry;
    findAdaptation({ design, before, pinned: [sets] }).then((adapted) => {
      if (wanted && adapted) setFound({ of: entry, adapted });
    });
    return () => {
      wanted = false;
    };
  }, [entry]);
  const adapted = found?.of === entry ? found.adapted : undefined;
  const undo = (
    <button type="button" className="button" onClick={() => composer.getState().undo()}>
      Take the change back
    </button>
  );
  return (
    <section className="inspector__section adapt" aria-label="Adapt the rest of the design">
      <h3>{entry.label}</h3>
      <div role="status">
        {adapted === undefined ? (
          <p className="field__help">The design is not legal with it. Looking for what else has to change …</p>
        ) : 'refused' in adapted ? (
          <p className="field__help">{adapted.refused}</p>
        ) : (
          <>
            <p className="field__help">The design is not legal with it alone. Legal again with:</p>
            <ul className="adapt__steps">
              {adapted.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ul>
            {adapted.effect === '' ? null : <p className="field__help">In all: {adapted.effect}.</p>}
          </>
        )}
      </div>
      <div className="button-row">
        {adapted !== undefined && 'steps' in adapted ? (
          <button type="button" className="button button--primary" onClick={() => takeOver(entry, adapted)}>
            <Wrench size={14} aria-hidden="true" /> Change and adapt
          </button>
        ) : null}
        {undo}
      </div>
    </section>
  );
}
