import { errorsOf } from '../../core/design/problems.ts';
import { Tabs } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { ENLARGE, SizeButton } from './lower-panel.tsx';
import { Boundary } from '../components/Boundary.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import type { BottomTab } from '../state/store.ts';

const ScheduleView = lazy(() => import('./ScheduleView.tsx').then((view) => ({ default: view.ScheduleView })));
const EstimatePanel = lazy(() => import('../estimates/Panel.tsx').then((panel) => ({ default: panel.EstimatePanel })));
const ProblemsView = lazy(() => import('./ProblemsView.tsx'));
const TimeView = lazy(() => import('./TimeView.tsx'));
const BuildView = lazy(() => import('./BuildView.tsx'));
const CodeView = lazy(() => import('./CodeView.tsx'));

const TABS: readonly { readonly id: BottomTab; readonly label: string }[] = [
  { id: 'schedule', label: 'Schedule' },
  { id: 'time', label: 'Time' },
  { id: 'roofline', label: 'Roofline' },
  { id: 'resources', label: 'Resources' },
  { id: 'memory', label: 'Memory' },
  { id: 'compare', label: 'Published' },
  { id: 'build', label: 'Build' },
  { id: 'problems', label: 'Problems' },
  { id: 'code', label: 'Code' },
];

/** What follows from the design: schedule, time, problems, code. */
export function BottomPanel() {
  const tab = useComposer((state) => state.bottomTab);
  const errors = useComposer((state) => errorsOf(analysisOf(state.design).problems).length);
  const warnings = useComposer((state) => analysisOf(state.design).problems.length) - errors;
  return (
    <Tabs.Root
      className="lower"
      value={tab}
      onValueChange={(value) => composer.getState().setBottomTab(value as BottomTab)}
    >
      <Tabs.List className="tabs" aria-label="Derived views">
        {TABS.map(({ id, label }) => (
          <Tabs.Trigger key={id} value={id} className="tabs__tab">
            {label}
            {id === 'problems' && errors + warnings > 0 ? (
              <span className={`count ${errors > 0 ? 'count--error' : 'count--warning'}`}>{errors + warnings}</span>
            ) : null}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <SizeButton />
      <Tabs.Content value="schedule" className="lower__content">
        <Boundary what="This view">
          <Suspense fallback={null}>
            <ScheduleView />
          </Suspense>
        </Boundary>
      </Tabs.Content>
      <Tabs.Content value="time" className="lower__content">
        <Boundary what="This view">
          <Suspense fallback={null}>
            <TimeView />
          </Suspense>
        </Boundary>
      </Tabs.Content>
      {ENLARGE.map((view) => (
        <Tabs.Content key={view} value={view} className="lower__content">
          <Boundary what="This view">
            <Suspense fallback={null}>
              <EstimatePanel view={view} title={TABS.find(({ id }) => id === view)?.label ?? view} />
            </Suspense>
          </Boundary>
        </Tabs.Content>
      ))}
      <Tabs.Content value="build" className="lower__content">
        <Boundary what="This view">
          <Suspense fallback={null}>
            <BuildView />
          </Suspense>
        </Boundary>
      </Tabs.Content>
      <Tabs.Content value="problems" className="lower__content">
        <Boundary what="This view">
          <Suspense fallback={null}>
            <ProblemsView />
          </Suspense>
        </Boundary>
      </Tabs.Content>
      <Tabs.Content value="code" className="lower__content lower__content--code">
        <Boundary what="This view">
          <Suspense fallback={<p className="panel-empty">Loading the code view…</p>}>
            <CodeView />
          </Suspense>
        </Boundary>
      </Tabs.Content>
    </Tabs.Root>
  );
}
