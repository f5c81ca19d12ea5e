import { useDeferredValue } from 'react';
import { type Design, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import type { HistoryEntry } from '../../core/edit/history.ts';
import { type Before, isSound, type Missing, type Readable, readable } from '../../core/schedule/readable.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { useComposer } from '../state/app-store.ts';
import type { ComposerState } from '../state/store.ts';

/** Steps that are looked back for a stage without errors, where nobody has looked before: after a page was loaded. */
const MOST_STEPS = 50;

/** What a design with errors reads its figures from, and what was before it. */
const known = new WeakMap<Design, { readonly before: Before; readonly readable: Readable }>();

/** The last analysis of each stage without errors among the states before this one; another document is no past of this one. */
function beforeOf(past: readonly HistoryEntry[]): Before {
  const found: Partial<Record<StageName, DesignAnalysis>> = {};
  for (const entry of past.slice(-MOST_STEPS).reverse()) {
    if (entry.extent === 'document') break;
    const remembered = known.get(entry.from);
    const analysis = analysisOf(entry.from);
    for (const stage of STAGE_NAMES)
      found[stage] ??= isSound(analysis, stage) ? analysis : (remembered?.before[stage] as DesignAnalysis);
    if (remembered || STAGE_NAMES.every((stage) => found[stage])) break;
  }
  return found;
}

/** What the figures of a design are read from, while it has errors too. Last values are remembered by the history alone. */
export function readableOf({ design, history }: Pick<ComposerState, 'design' | 'history'>): Readable {
  const analysis = analysisOf(design);
  const remembered = known.get(design);
  if (remembered) return remembered.readable;
  const before = analysis.legal ? {} : beforeOf(history.past);
  const result = { before, readable: readable(analysis, before) };
  known.set(design, result);
  return result.readable;
}

/** The same for components; it comes a moment later than the edit where deriving takes long, so that editing stays quick. */
export const useReadable = (): Readable => useDeferredValue(useComposer(readableOf));

const stagesText = (stages: readonly StageName[]): string => stages.join(' and ');

/** Which of some stages are not as the design has them now. */
export interface Stale {
  readonly before: readonly StageName[];
  readonly none: readonly StageName[];
  readonly missing: Readable['missing'];
}

export const staleOf = ({ standing, missing }: Readable, stages: readonly StageName[] = STAGE_NAMES): Stale => ({
  before: stages.filter((stage) => standing[stage] === 'before'),
  none: stages.filter((stage) => standing[stage] === 'none'),
  missing,
});

const WHY: Readonly<Record<Missing, string>> = {
  empty: 'nothing is placed on its canvas yet',
  never: 'it has had errors since the design was opened',
  other: 'it has errors, and its last figures are of another card, model or recipe',
};

/** Why figures that need some stages are from before, or missing; nothing where they are of the present design. */
export function staleText({ before, none, missing }: Stale): string | undefined {
  if (none.length > 0)
    return none
      .map((stage) => `No figures of ${stage}: ${WHY[missing[stage] ?? 'never']}. They come once it has no errors.`)
      .join(' ');
  if (before.length > 0)
    return `Before the error: figures of ${stagesText(before)} are the last ones without errors, not those of the present design.`;
  return undefined;
}
