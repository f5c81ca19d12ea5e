import { Copy, Trash2 } from 'lucide-react';
import { IconButton } from '../components/IconButton.tsx';
import { composer } from '../state/app-store.ts';
import { duplicate } from '../../core/edit/copies.ts';
import type { Selection } from '../../core/edit/edit.ts';
import { removeSelection } from '../../core/edit/instances.ts';

/** Duplicate and delete, at the head of a panel. */
export function SelectionTools({
  selection,
  remove = 'Delete',
}: {
  readonly selection: Selection;
  readonly remove?: string;
}) {
  const { edit } = composer.getState();
  return (
    <span className="panel-head__tools">
      <IconButton label="Duplicate" keys="Ctrl D" onClick={() => edit((present) => duplicate(present, selection))}>
        <Copy size={14} />
      </IconButton>
      <IconButton label={remove} keys="Del" onClick={() => edit((present) => removeSelection(present, selection))}>
        <Trash2 size={14} />
      </IconButton>
    </span>
  );
}
