import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../words/names.ts';

/** One of the two stages. */
export function StageSwitch({
  stage,
  onChange,
  label,
}: {
  readonly stage: StageName;
  readonly onChange: (stage: StageName) => void;
  readonly label: string;
}) {
  return (
    <fieldset className="segments">
      <legend className="sr-only">{label}</legend>
      {STAGE_NAMES.map((name) => (
        <button
          key={name}
          type="button"
          className="segments__item"
          aria-pressed={name === stage}
          onClick={() => onChange(name)}
        >
          {STAGE_TITLES[name]}
        </button>
      ))}
    </fieldset>
  );
}
