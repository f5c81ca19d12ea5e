import { Minus, Plus } from 'lucide-react';
import { useId } from 'react';
import type { ParamValue } from '../../core/design/types.ts';

interface ChoiceFieldProps {
  readonly label: string;
  readonly help?: string;
  readonly value: ParamValue;
  /** Every legal value; the present one is shown even when it is not among them. */
  readonly choices: readonly ParamValue[];
  readonly problem?: string | undefined;
  readonly unit?: string;
  readonly onChange: (value: ParamValue) => void;
}

/** A value limited to legal choices: a list, with steps to the neighbours where the choices are numbers. */
export function ChoiceField({ label, help, value, choices, problem, unit, onChange }: ChoiceFieldProps) {
  const id = useId();
  const legal = choices.includes(value);
  const numeric = choices.length > 2 && choices.every((choice) => typeof choice === 'number');
  const numbers = choices as readonly number[];
  const below = numeric ? numbers.filter((choice) => choice < Number(value)).at(-1) : undefined;
  const above = numeric ? numbers.find((choice) => choice > Number(value)) : undefined;
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <div className="field__control">
        {numeric ? (
          <button
            type="button"
            className="step"
            aria-label={`${label}: next lower value`}
            disabled={below === undefined}
            onClick={() => below !== undefined && onChange(below)}
          >
            <Minus size={12} aria-hidden="true" />
          </button>
        ) : null}
        <select
          id={id}
          className="select"
          value={String(value)}
          aria-invalid={!legal || problem !== undefined}
          aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => {
            const chosen = choices.find((choice) => String(choice) === event.target.value);
            if (chosen !== undefined) onChange(chosen);
          }}
        >
          {legal ? null : <option value={String(value)}>{value} (not legal here)</option>}
          {choices.map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {choice}
              {unit ? ` ${unit}` : ''}
            </option>
          ))}
        </select>
        {numeric ? (
          <button
            type="button"
            className="step"
            aria-label={`${label}: next higher value`}
            disabled={above === undefined}
            onClick={() => above !== undefined && onChange(above)}
          >
            <Plus size={12} aria-hidden="true" />
          </button>
        ) : null}
      </div>
      {help ? (
        <p className="field__help" id={`${id}-help`}>
          {help}
        </p>
      ) : null}
      {problem ? <p className="field__problem">{problem}</p> : null}
    </div>
  );
}
