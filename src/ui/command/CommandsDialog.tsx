import { ACTIONS } from '../actions/actions.ts';
import { keyName } from '../actions/keys.ts';
import { Chooser } from './Chooser.tsx';

/** Every action by name, with its key. */
export default function CommandsDialog() {
  const shown = ACTIONS.filter((action) => !action.hidden && (action.enabled?.() ?? true));
  const groups = [...new Set(shown.map((action) => action.group))].map((title) => ({
    title,
    choices: shown
      .filter((action) => action.group === title)
      .map((action) => ({
        key: action.id,
        label: action.label,
        words: action.aliases ?? [],
        run: action.run,
        end: action.keys[0] ? <kbd>{keyName(action.keys[0])}</kbd> : null,
      })),
  }));
  return (
    <Chooser
      title="All commands"
      placeholder="What do you want to do?"
      none="No command is called that."
      groups={groups}
    />
  );
}
