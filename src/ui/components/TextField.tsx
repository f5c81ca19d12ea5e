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
  /** Called once the user is done (Enter or leaving the field); false takes the old value back. */
  readonly onCommit: (value: string) => boolean | undefined;
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
}: TextFieldProps) {
  const ownId = useId();
  const id = fieldId ?? ownId;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const finish = (): void => {
    if (text !== value && onCommit(text) === false) setText(value);
  };
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
        aria-invalid={problem !== undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
          if (event.key === 'Escape' && text !== value) {
            setText(value);
            event.stopPropagation();
          }
        }}
      />
      {help ? <p className="field__help">{help}</p> : null}
      {problem ? <p className="field__problem">{problem}</p> : null}
    </div>
  );
}

interface NumberFieldProps extends Omit<TextFieldProps, 'value' | 'onCommit' | 'inputMode'> {
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
      onCommit={(text) => {
        const number = Number(text.replaceAll(',', '').trim());
        if (!Number.isInteger(number) || text.trim() === '') return false;
        onCommit(Math.min(most, Math.max(least, number)));
        return true;
      }}
    />
  );
}
