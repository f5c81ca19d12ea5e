import { lazy, Suspense, useEffect } from 'react';
import { Boundary } from './components/Boundary.tsx';
import { closeDialog, type DialogName, useDialogs } from './state/dialogs.ts';

/** Every dialog is loaded when it is opened for the first time. */
const DIALOGS: Readonly<Record<DialogName, ReturnType<typeof lazy>>> = {
  start: lazy(() => import('./dialogs/StartDialog.tsx')),
  new: lazy(() => import('./dialogs/NewDialog.tsx')),
  samples: lazy(() => import('./dialogs/SamplesDialog.tsx')),
  shortcuts: lazy(() => import('./dialogs/ShortcutsDialog.tsx')),
  commands: lazy(() => import('./command/CommandsDialog.tsx')),
  find: lazy(() => import('./command/FindDialog.tsx')),
  recipe: lazy(() => import('./recipe/RecipeDialog.tsx')),
  recover: lazy(() => import('./dialogs/RecoverDialog.tsx')),
  compare: lazy(() => import('./compare/CompareDialog.tsx')),
  help: lazy(() => import('./dialogs/HelpDialog.tsx')),
  glossary: lazy(() => import('./dialogs/GlossaryDialog.tsx')),
  connect: lazy(() => import('./command/ConnectDialog.tsx')),
  'quick-add': lazy(() => import('./command/QuickAddDialog.tsx')),
};

/** The dialog that is open, if any. */
export function Dialogs() {
  const open = useDialogs((state) => state.open);
  useEffect(() => {
    // Whoever presses a key and types on must find the list there.
    const timer = setTimeout(
      () =>
        void Promise.all([
          import('./command/CommandsDialog.tsx'),
          import('./command/FindDialog.tsx'),
          import('./command/QuickAddDialog.tsx'),
          import('./command/ConnectDialog.tsx'),
        ]).catch(() => undefined),
      1500,
    );
    return () => clearTimeout(timer);
  }, []);
  if (!open) return null;
  const Dialog = DIALOGS[open];
  return (
    <Boundary what="This dialog" onClose={closeDialog}>
      <Suspense fallback={null}>
        <Dialog />
      </Suspense>
    </Boundary>
  );
}
