import { useEffect, useId, useState } from 'react';

interface TextFieldProps {
  readonly label: string;
  /** For those who want to move the focus here. */
  readonly fieldId?: string;
  readonly value: string;
  readonly help?: string;
  readonly problem?: string | undefined;
  readonly mono?: boolean;
  readonly hideLabel?: boolean;
  readonly placeholder?: string;
  readonly className?: string;
  readonly inputMode?: 'text' | 'numeric';
  /** Called once the user is done (Enter, Escape or leaving the field); false: it cannot be taken, and stays as it was typed. */
  readonly onCommit: (value: string) => boolean | undefined;
  /** Says why a text cannot be taken. */
  readonly refusal?: (text: string) => string;
}

/** A text that becomes part of the design when the user is done with it. */
export function TextField({
  label,
  fieldId,
  value,
  help,
  problem,
  mono,
  hideLabel,
  placeholder,
  className,
  inputMode,
  onCommit,
  refusal,
}: TextFieldProps) {
  const ownId = useId();
  const id = fieldId ?? ownId;
  const [text, setText] = useState(value);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    setText(value);
    setRefused(false);
  }, [value]);
  const finish = (): void => {
    if (text !== value) setRefused(onCommit(text) === false);
  };
  const said = refused ? (refusal?.(text) ?? `'${text}' cannot be taken; it is still ${value}.`) : problem;
  return (
    <div className={`field ${className ?? ''}`}>
      <label className={hideLabel ? 'sr-only' : 'field__label'} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={`input ${mono ? 'input--mono' : ''}`}
        value={text}
        placeholder={placeholder}
        inputMode={inputMode}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={said !== undefined}
        onChange={(event) => {
          setText(event.target.value);
          setRefused(false);
        }}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
          // Nothing typed is dropped: undo takes back what is not wanted.
          if (event.key === 'Escape' && text !== value) {
            finish();
            event.stopPropagation();
          }
        }}
      />
      {help ? <p className="field__help">{help}</p> : null}
      {said ? <p className="field__problem">{said}</p> : null}
    </div>
  );
}

interface NumberFieldProps extends Omit<TextFieldProps, 'value' | 'onCommit' | 'inputMode' | 'refusal'> {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onCommit: (value: number) => void;
}

/** A whole number within bounds. */
export function NumberField({ value, least, most, onCommit, ...rest }: NumberFieldProps) {
  return (
    <TextField
      {...rest}
      value={String(value)}
      inputMode="numeric"
      refusal={(text) => `'${text}' is not a whole number; it is still ${value.toLocaleString('en')}.`}
      onCommit={(text) => {
        const number = Number(text.replaceAll(',', '').trim());
        if (!Number.isInteger(number) || text.trim() === '') return false;
        onCommit(Math.min(most, Math.max(least, number)));
        return true;
      }}
    />
  );
}
