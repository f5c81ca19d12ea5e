import { ACTIONS } from './actions.ts';

/** 'Mod+Shift+Z' in words that hold on every system. */
const plainKeys = (keys: string): string => keys.replace('Mod', 'Ctrl').replace(/Arrow(Left|Right|Up|Down)/, '$1');

/** docs/guide/shortcuts.md, from the list of actions. */
export function shortcutSheet(): string {
  const groups = [...new Set(ACTIONS.map((action) => action.group))];
  const sections = groups.flatMap((group) => {
    const actions = ACTIONS.filter((action) => action.group === group);
    const rows = actions.map(
      (action) =>
        `| ${action.label} | ${action.keys.map((keys) => `\`${plainKeys(keys)}\``).join(', ') || '—'} | ${(action.aliases ?? []).join(', ')} |`,
    );
    return [`## ${group}`, '', '| action | keys | also found as |', '| --- | --- | --- |', ...rows, ''];
  });
  return [
    '# Shortcuts',
    '',
    'Written by `npm run docs` from the list of actions. On a Mac, Ctrl is ⌘. Every action is in the commands (`Ctrl+K`) as well, with or without',
    'a key; the last column has other words that it is found by there. In the composer, `?` shows the keys.',
    '',
    ...sections,
  ].join('\n');
}
