import { lazy, Suspense } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { plural } from '../words/format.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';

/** Figures come a moment after the first picture. */
const CanvasFigure = lazy(() => import('./CanvasFigure.tsx'));

/** Name and figures of a canvas. */
export function CanvasTitle({ stage }: { readonly stage: StageName }) {
  const active = useComposer((state) => state.stage === stage);
  const instances = useComposer((state) => state.design.stages[stage].instances.length);
  const passes = useComposer((state) => analysisOf(state.design).stages[stage].passes.length);
  const legal = useComposer((state) => analysisOf(state.design).stages[stage].legal);
  const tp = useComposer((state) => state.design.tokenParallelism);
  return (
    <header className={`canvas__title ${active ? 'canvas__title--active' : ''}`}>
      <h2>{STAGE_TITLES[stage]}</h2>
      <span className="canvas__sub">
        {stage === 'prefill' ? `${plural(tp, 'token')} side by side` : 'one token at a time'}
        {instances > 0 ? ` · ${plural(instances, 'instance')}` : ''}
        {legal && passes > 0 ? ` · ${plural(passes, 'pass', 'passes')}` : ''}
      </span>
      <Suspense fallback={null}>
        <CanvasFigure stage={stage} />
      </Suspense>
    </header>
  );
}
