import type { ComponentProps, ReactNode } from 'react';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** Accessible name, and what is shown on hover. */
  readonly label: string;
  /** Shown behind the name on hover. */
  readonly keys?: string;
  readonly children: ReactNode;
}

/** A button that shows a glyph and says its name on hover and to screen readers. */
export function IconButton({ label, keys, children, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-tip-keys={keys}
      className={`icon-button ${className ?? ''}`}
      {...rest}
    >
      {children}
    </button>
  );
}
