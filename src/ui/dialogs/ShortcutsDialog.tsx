import { ACTIONS } from '../actions/actions.ts';
import { keyName } from '../actions/keys.ts';
import { Shell } from './Shell.tsx';

/** The sheet of shortcuts, made from the list of actions. */
export default function ShortcutsDialog() {
  const groups = [...new Set(ACTIONS.map((action) => action.group))];
  return (
    <Shell
      wide
      title="Keyboard shortcuts"
      description="Tab goes through instances and streams, Enter selects. Wires can be made in the inspector and in the outline."
    >
      <div className="shortcut-groups">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl className="shortcuts">
              {ACTIONS.filter((action) => action.group === group && action.keys.length > 0).map((action) => (
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
          </section>
        ))}
      </div>
    </Shell>
  );
}
