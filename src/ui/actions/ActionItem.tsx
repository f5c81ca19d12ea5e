import { DropdownMenu } from 'radix-ui';
import { actionById } from './actions.ts';
import { keyName } from './keys.ts';

/** An action in a menu, with its key. The menu closes first, so that the action finds the focus where it was. */
export function ActionItem({
  action,
  label,
  danger,
}: {
  readonly action: string;
  readonly label?: string;
  readonly danger?: boolean;
}) {
  const found = actionById(action);
  return (
    <DropdownMenu.Item
      className={`menu__item ${danger ? 'menu__item--danger' : ''}`}
      disabled={!(found.enabled?.() ?? true)}
      onSelect={() => setTimeout(found.run)}
    >
      {label ?? found.label} {found.keys[0] ? <kbd>{keyName(found.keys[0])}</kbd> : null}
    </DropdownMenu.Item>
  );
}

export const MenuLine = () => <DropdownMenu.Separator className="menu__line" />;
