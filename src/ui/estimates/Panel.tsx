import { lazy, Suspense } from 'react';
import { composer } from '../state/app-store.ts';
import { useReadable } from '../figures/readable.ts';
import { ExplainPopover } from './Explain.tsx';

const VIEWS = {
  roofline: lazy(() => import('./RooflineView.tsx')),
  resources: lazy(() => import('./ResourcesView.tsx')),
  memory: lazy(() => import('./MemoryView.tsx')),
  compare: lazy(() => import('./CompareView.tsx')),
};

/** What the panel would show, and how. */
const SUBJECTS: Readonly<Record<keyof typeof VIEWS, string>> = {
  roofline: 'Which wall every operation hits, compute or memory, is estimated',
  resources: 'What every instance takes of the card, and whether all of it fits, is estimated',
  memory: 'Ports are mapped to banks, and their load is estimated,',
  compare: 'The design stands beside published figures',
};

/** A panel of estimates: where no stage has figures, not even from before an error, it says so. */
export function EstimatePanel({ view, title }: { readonly view: keyof typeof VIEWS; readonly title: string }) {
  const { analysis } = useReadable();
  const View = VIEWS[view];
  if (!analysis) {
    return (
      <p className="panel-empty">
        {SUBJECTS[view]} once the design has no errors.{' '}
        <button type="button" className="link" onClick={() => composer.getState().setBottomTab('problems')}>
          Show the problems
        </button>
      </p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className="view view__scroll estimates" tabIndex={0} aria-label={title} data-testid={`panel-${view}`}>
      <Suspense fallback={<p className="panel-empty">Loading…</p>}>
        <View />
      </Suspense>
      <ExplainPopover />
    </section>
  );
}
