import { BarChart3, Blocks, SlidersHorizontal, Workflow } from 'lucide-react';
import { type Pane, showPane, usePane } from './state/panes.ts';

const PANES: readonly { readonly id: Pane; readonly label: string; readonly Icon: typeof Blocks }[] = [
  { id: 'side', label: 'Modules', Icon: Blocks },
  { id: 'canvas', label: 'Canvas', Icon: Workflow },
  { id: 'inspector', label: 'Inspector', Icon: SlidersHorizontal },
  { id: 'views', label: 'Views', Icon: BarChart3 },
];

/** In a small window: which part of it is shown. */
export default function PaneBar() {
  const shown = usePane((state) => state.pane);
  return (
    <nav className="pane-bar" aria-label="Parts of the window">
      {PANES.map(({ id, label, Icon }) => (
        <button
          key={id}
          type="button"
          className="pane-bar__item"
          aria-pressed={shown === id}
          onClick={() => showPane(id)}
        >
          <Icon size={15} aria-hidden="true" /> {label}
        </button>
      ))}
    </nav>
  );
}
