import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { closeDialog } from '../state/dialogs.ts';

/** The frame of a dialog. */
export function Shell({
  title,
  description,
  children,
  wide,
  mark,
}: {
  readonly title: string;
  readonly description: string;
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** Stands in front of the title. */
  readonly mark?: ReactNode;
}) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-overlay" />
        <Dialog.Content className={`dialog ${wide ? 'dialog--wide' : ''}`}>
          <Dialog.Title className="dialog__title">
            {mark}
            {title}
          </Dialog.Title>
          <Dialog.Description className="dialog__description">{description}</Dialog.Description>
          {children}
          <Dialog.Close className="icon-button dialog__close" aria-label="Close">
            <X size={16} aria-hidden="true" />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
