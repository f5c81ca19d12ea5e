import { useEffect, useId, useRef, useState } from 'react';
import { SAMPLES } from '../../core/templates/samples.ts';
import { listRevisions, type Revision } from '../files/revisions.ts';
import { type Chosen, FILE, LAST_EXPORT, OPENED, openedDesign, readChoice, REVISION } from '../files/design-choice.ts';
import { useComposer } from '../state/app-store.ts';

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

interface DesignChoiceProps {
  readonly label: string;
  readonly className?: string;
  /** What to begin with, or '' for nothing, which can be chosen again. */
  readonly first: string;
  /** With nothing when nothing is chosen. */
  readonly onChoose: (chosen: Chosen | undefined) => void;
}

/** A design to put beside the present one: the last export, a sample, an earlier state, a file. */
export function DesignChoice({ label, className = '', first, onChoose }: DesignChoiceProps) {
  const id = useId();
  const changed = useComposer(({ history }) => openedDesign(history.past) !== undefined);
  const [value, setValue] = useState(first);
  const [revisions, setRevisions] = useState<readonly Revision[]>([]);
  const latest = useRef(first);
  const load = (): void => void listRevisions().then(setRevisions);
  useEffect(load, []);
  const choose = async (wanted: string): Promise<void> => {
    latest.current = wanted;
    const chosen = wanted === '' ? undefined : await readChoice(wanted);
    // Whoever chooses again, or no file after all, does not want this one.
    if (latest.current !== wanted || (wanted !== '' && !chosen)) return;
    setValue(wanted);
    onChoose(chosen);
  };
  return (
    <div className={`field ${className}`}>
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="select"
        value={value}
        onFocus={load}
        onChange={(event) => void choose(event.target.value)}
      >
        {first === '' ? <option value="">nothing</option> : null}
        {changed || first === OPENED ? <option value={OPENED}>this design as it was opened</option> : null}
        <option value={LAST_EXPORT}>the last export</option>
        <optgroup label="Samples">
          {SAMPLES.map((sample) => (
            <option key={sample.id} value={sample.id}>
              {sample.title}
            </option>
          ))}
        </optgroup>
        {revisions.length > 0 ? (
          <optgroup label="Earlier states">
            {revisions.map((revision) => (
              <option key={revision.id} value={`${REVISION}${revision.id}`}>
                {TIME.format(revision.saved)} · {revision.name} · {revision.label}
              </option>
            ))}
          </optgroup>
        ) : null}
        <option value={FILE}>a file…</option>
      </select>
    </div>
  );
}
