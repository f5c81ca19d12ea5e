import { Tabs } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { Boundary } from '../components/Boundary.tsx';
import { Palette } from './Palette.tsx';
import { type SidePanel, usePreferences } from '../state/preferences.ts';

const Outline = lazy(() => import('./Outline.tsx'));
const HistoryList = lazy(() => import('./HistoryList.tsx'));

const PANELS: readonly { readonly id: SidePanel; readonly label: string }[] = [
  { id: 'modules', label: 'Modules' },
  { id: 'outline', label: 'Outline' },
  { id: 'history', label: 'History' },
];

/** Left of the canvases: modules to add, the canvases as a tree, the steps that led here. */
export function Side() {
  const side = usePreferences((state) => state.side);
  return (
    <Tabs.Root
      className="side-tabs"
      value={side}
      onValueChange={(value) => usePreferences.getState().change({ side: value as SidePanel })}
    >
      <Tabs.List className="side-tabs__list" aria-label="Left panel">
        {PANELS.map(({ id, label }) => (
          <Tabs.Trigger key={id} value={id} className="side-tabs__tab">
            {label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value="modules" className="side-tabs__content" tabIndex={-1}>
        <Palette />
      </Tabs.Content>
      <Tabs.Content value="outline" className="side-tabs__content" tabIndex={-1}>
        <Boundary what="This panel">
          <Suspense fallback={null}>
            <Outline />
          </Suspense>
        </Boundary>
      </Tabs.Content>
      <Tabs.Content value="history" className="side-tabs__content" tabIndex={-1}>
        <Boundary what="This panel">
          <Suspense fallback={null}>
            <HistoryList />
          </Suspense>
        </Boundary>
      </Tabs.Content>
    </Tabs.Root>
  );
}
