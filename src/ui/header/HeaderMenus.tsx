import { ChevronDown, CircleQuestionMark, Monitor, Moon, Sun } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { ActionItem, MenuLine } from '../actions/ActionItem.tsx';
import { menuLayer } from '../components/menu-layer.ts';
import { type ThemeChoice, useTheme } from '../state/theme.ts';

/** What can be done with the whole design. */
export function DesignMenu() {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button button--quiet">
        Design <ChevronDown size={13} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={menuLayer()}>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          <ActionItem action="new" />
          <ActionItem action="samples" />
          <ActionItem action="open" />
          <ActionItem action="recover" />
          <MenuLine />
          <ActionItem action="save" />
          <ActionItem action="picture" />
          <ActionItem action="picture-png" />
          <ActionItem action="print" />
          <ActionItem action="share" />
          <ActionItem action="export" />
          <MenuLine />
          <ActionItem action="recipe" />
          <ActionItem action="compare" />
          <MenuLine />
          <ActionItem action="present" />
          <ActionItem action="commands" />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A menu behind an icon at the end of the header. */
function IconMenu({
  label,
  Icon,
  children,
}: {
  readonly label: string;
  readonly Icon: typeof Sun;
  readonly children: ReactNode;
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={label}>
        <Icon size={16} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={menuLayer()}>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The tour, what the words mean, and the documentation. */
export function HelpMenu() {
  return (
    <IconMenu label="Help" Icon={CircleQuestionMark}>
      <ActionItem action="tour" />
      <ActionItem action="docs" />
      <ActionItem action="glossary" />
      <ActionItem action="shortcuts" />
      <MenuLine />
      <ActionItem action="help" />
      <ActionItem action="start" />
    </IconMenu>
  );
}

const THEMES: readonly { readonly id: ThemeChoice; readonly label: string; readonly Icon: typeof Sun }[] = [
  { id: 'system', label: 'Like the system', Icon: Monitor },
  { id: 'light', label: 'Light', Icon: Sun },
  { id: 'dark', label: 'Dark', Icon: Moon },
];

/** Light, dark, or as the system has it. */
export function ThemeMenu() {
  const { choice, choose } = useTheme();
  const Icon = THEMES.find((theme) => theme.id === choice)?.Icon ?? Monitor;
  return (
    <IconMenu label="Theme" Icon={Icon}>
      <DropdownMenu.RadioGroup value={choice} onValueChange={(value) => choose(value as ThemeChoice)}>
        {THEMES.map(({ id, label, Icon: Glyph }) => (
          <DropdownMenu.RadioItem key={id} value={id} className="menu__item">
            <Glyph size={14} aria-hidden="true" /> {label}
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </IconMenu>
  );
}
