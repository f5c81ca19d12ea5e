import { lazy, Suspense } from 'react';
import { analysisOf } from '../../core/edit/analysis.ts';
import type { HistoryEntry } from '../../core/edit/history.ts';
import { useComposer } from '../state/app-store.ts';
import type { ComposerState } from '../state/store.ts';

const AdaptOffer = lazy(() => import('./AdaptOffer.tsx'));

/** The last step, if it has set something and by that broken a design that was legal. */
function breaking({ history, design }: ComposerState): HistoryEntry | undefined {
  const last = history.past.at(-1);
  if (last?.sets === undefined || last.to !== design) return undefined;
  return !analysisOf(design).legal && analysisOf(last.from).legal ? last : undefined;
}

/** What else has to change, where the last step has broken the design; loaded when that happens first. */
export function Adapt() {
  const entry = useComposer(breaking);
  return entry ? (
    <Suspense>
      <AdaptOffer entry={entry} />
    </Suspense>
  ) : null;
}
