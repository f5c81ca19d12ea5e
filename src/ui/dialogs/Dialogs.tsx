import { keyName, ACTIONS } from '../actions/actions.ts';
import { useDialogs } from './dialogs.ts';
import { NewDialog } from './NewDialog.tsx';
import { SamplesDialog } from './SamplesDialog.tsx';
import { Shell } from './Shell.tsx';

function ShortcutsDialog() {
  return (
    <Shell title="Keyboard shortcuts" description="Arrow keys move what is selected on a canvas; Tab goes through instances and streams, Enter selects. Wires can be made in the inspector.">
      <dl className="shortcuts">
        {ACTIONS.filter((action) => action.keys.length > 0).map((action) => (
          <div key={action.id} className="shortcuts__row">
            <dt>{action.label}</dt>
            <dd>
              {action.keys.map((keys) => (
                <kbd key={keys}>{keyName(keys)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Shell>
  );
}

/** The dialog that is open, if any. */
export function Dialogs() {
  const open = useDialogs((state) => state.open);
  if (open === 'new') return <NewDialog />;
  if (open === 'samples') return <SamplesDialog />;
  if (open === 'shortcuts') return <ShortcutsDialog />;
  return null;
}
