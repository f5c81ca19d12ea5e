import type { LucideIcon } from 'lucide-react';

/** A way in: what it leads to in a few words, and what it does. */
export interface Door {
  readonly title: string;
  readonly text: string;
  readonly Icon: LucideIcon;
  readonly run: () => void;
}

/** Ways in, side by side. */
export function Doors({
  doors,
  icon,
  className = 'doors',
}: {
  readonly doors: readonly Door[];
  /** Size of the icons in pixels. */
  readonly icon: number;
  readonly className?: string;
}) {
  return (
    <ul className={className}>
      {doors.map(({ title, text, Icon, run }) => (
        <li key={title}>
          <button type="button" className="door" onClick={run}>
            <Icon size={icon} aria-hidden="true" />
            <span className="door__title">{title}</span>
            <span className="door__text">{text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
