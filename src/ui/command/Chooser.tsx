import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';
import { type CSSProperties, type ReactNode, useMemo, useState } from 'react';
import { closeDialog } from '../state/dialogs.ts';

export interface Choice {
  readonly key: string;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly icon?: ReactNode;
  readonly end?: ReactNode;
  readonly words?: readonly string[];
  readonly faint?: boolean;
  readonly run: () => void;
}

export interface ChoiceGroup {
  readonly title: string;
  readonly choices: readonly Choice[];
}

interface ChooserProps {
  readonly title: string;
  readonly placeholder: string;
  readonly none: string;
  /** All there is to choose from, or what answers to the text that was typed. */
  readonly groups: readonly ChoiceGroup[] | ((typed: string) => readonly ChoiceGroup[]);
  readonly place?: { readonly x: number; readonly y: number } | undefined;
}

const SIZE = { width: 380, height: 420 };

/** A list to type into and choose from, in the middle of the window or at the pointer. */
export function Chooser({ title, placeholder, none, groups, place }: ChooserProps) {
  const [typed, setTyped] = useState('');
  const finds = typeof groups === 'function';
  const shown = useMemo(() => (typeof groups === 'function' ? groups(typed) : groups), [groups, typed]);
  const style: CSSProperties | undefined = place
    ? {
        left: Math.max(8, Math.min(place.x, innerWidth - SIZE.width - 8)),
        top: Math.max(8, Math.min(place.y, innerHeight - SIZE.height - 8)),
        translate: 'none',
        width: SIZE.width,
      }
    : undefined;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Overlay className={place ? 'chooser-overlay' : 'dialog-overlay'} />
        <Dialog.Content className="chooser" style={style} aria-describedby={undefined}>
          <Dialog.Title className="sr-only">{title}</Dialog.Title>
          <Command label={title} loop shouldFilter={!finds}>
            <Command.Input
              className="chooser__input"
              placeholder={placeholder}
              aria-label={title}
              value={typed}
              onValueChange={setTyped}
              autoFocus
            />
            <Command.List className="chooser__list" label={title}>
              <Command.Empty className="chooser__none">
                {/* A list box must hold options, also when there is nothing to choose. */}
                <div role="option" aria-disabled="true" aria-selected="false" tabIndex={-1}>
                  {none}
                </div>
              </Command.Empty>
              {shown
                .filter((group) => group.choices.length > 0)
                .map((group) => (
                  <Command.Group key={group.title} heading={group.title} className="chooser__group">
                    {group.choices.map((choice) => (
                      <Command.Item
                        key={choice.key}
                        value={choice.key}
                        keywords={[choice.label, choice.detail ?? '', ...(choice.words ?? [])]}
                        className={`chooser__item ${choice.faint ? 'chooser__item--faint' : ''}`}
                        onSelect={() => {
                          closeDialog();
                          // The focus returns to where it was first; what is chosen may move it on.
                          setTimeout(choice.run);
                        }}
                      >
                        {choice.icon}
                        <span className="chooser__text">
                          <span className="chooser__label">{choice.label}</span>
                          {choice.detail ? <span className="chooser__detail">{choice.detail}</span> : null}
                        </span>
                        {choice.end}
                      </Command.Item>
                    ))}
                  </Command.Group>
                ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
