import { ChevronRight } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { addOperation, duplicate, findInstance, removeSelection, rolesOf, splitOperation } from '../state/edits.ts';

export interface MenuPlace {
  readonly x: number;
  readonly y: number;
  readonly instance: string;
}

/** What can be done with an instance, at the pointer. */
export function CanvasMenu({ stage, place, onClose }: { readonly stage: StageName; readonly place: MenuPlace | undefined; readonly onClose: () => void }) {
  const design = useComposer((state) => state.design);
  const instance = place && findInstance(design, stage, place.instance);
  const entry = instance && moduleById(instance.module);
  if (!place || !instance || !entry) return null;
  const { edit } = composer.getState();
  const selection = { stage, instances: [instance.id], streams: [] };
  return (
    <DropdownMenu.Root open onOpenChange={(open) => !open && onClose()} modal={false}>
      <DropdownMenu.Trigger asChild>
        <span className="menu-anchor" style={{ left: place.x, top: place.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={2} collisionPadding={8}>
          <DropdownMenu.Label className="menu__label">{instance.id}</DropdownMenu.Label>
          <DropdownMenu.Sub>
            <DropdownMenu.SubTrigger className="menu__item">
              Add operation (reuse) <ChevronRight size={14} aria-hidden="true" className="menu__more" />
            </DropdownMenu.SubTrigger>
            <DropdownMenu.Portal>
              <DropdownMenu.SubContent className="menu" collisionPadding={8}>
                {rolesOf(design, stage, entry).map((role) => (
                  <DropdownMenu.Item key={role.role} className="menu__item" onSelect={() => edit((present) => addOperation(present, stage, instance.id, role.role))}>
                    {role.label}
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.SubContent>
            </DropdownMenu.Portal>
          </DropdownMenu.Sub>
          {instance.operations.length > 1 ? (
            <DropdownMenu.Sub>
              <DropdownMenu.SubTrigger className="menu__item">
                Give its own instance <ChevronRight size={14} aria-hidden="true" className="menu__more" />
              </DropdownMenu.SubTrigger>
              <DropdownMenu.Portal>
                <DropdownMenu.SubContent className="menu" collisionPadding={8}>
                  {instance.operations.map((operation) => (
                    <DropdownMenu.Item key={operation.id} className="menu__item" onSelect={() => edit((present) => splitOperation(present, stage, instance.id, operation.id))}>
                      {operation.id}
                    </DropdownMenu.Item>
                  ))}
                </DropdownMenu.SubContent>
              </DropdownMenu.Portal>
            </DropdownMenu.Sub>
          ) : null}
          <DropdownMenu.Separator className="menu__line" />
          <DropdownMenu.Item className="menu__item" onSelect={() => edit((present) => duplicate(present, selection))}>
            Duplicate <kbd>Ctrl D</kbd>
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => edit((present) => removeSelection(present, selection))}>
            Delete <kbd>Del</kbd>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
