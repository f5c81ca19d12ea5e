import { emptyCache } from '../design/cache.ts';
import { STAGE_NAMES, type Design, type StageName } from '../design/types.ts';
import type { DesignAnalysis, StageAnalysis } from './types.ts';

/**
 * Of what the figures of a stage are while a design has errors: of the design as it is, of the last one in which the stage
 * had no errors, or of nothing, because there is no such design.
 */
export type Standing = 'present' | 'before' | 'none';

export type Missing = 'empty' | 'never' | 'other';

/** The last analysis in which a stage had no errors, by stage. */
export type Before = Readonly<Partial<Record<StageName, DesignAnalysis>>>;

/** What figures can be read from, whether the design has errors or not. */
export interface Readable {
  /** Why a stage stands at `none`: nothing is placed, it never was without errors, or what was is of another card or model. */
  readonly missing: Readonly<Partial<Record<StageName, Missing>>>;
  /**
   * Without errors. A stage that stands at `before` is as it was in the last design in which it had none, one that stands
   * at `none` is empty. Undefined where both stand at `none`.
   */
  readonly analysis: DesignAnalysis | undefined;
  readonly standing: Readonly<Record<StageName, Standing>>;
}

/** Whether figures of a stage can be derived: neither the stage nor the design as a whole has errors. */
export const isSound = ({ problems, stages }: DesignAnalysis, name: StageName): boolean =>
  stages[name].legal &&
  !problems.some(({ severity, stage }) => severity === 'error' && (stage === undefined || stage === name));

/** A stage with nothing in it: it takes no time and no resources. */
const emptyStage = ({ stage, context }: StageAnalysis): StageAnalysis => ({
  stage,
  context,
  instances: [],
  operations: [],
  streams: [],
  passes: [],
  legal: true,
  cache: emptyCache(),
});

/** Figures of another card, model or recipe do not stand beside those of this one. */
const comparable = (a: Design, b: Design): boolean =>
  a.target === b.target && JSON.stringify([a.model, a.recipe]) === JSON.stringify([b.model, b.recipe]);

const isEmpty = ({ design }: DesignAnalysis, stage: StageName): boolean => design.stages[stage].instances.length === 0;

/** The design whose numbers hold for figures: the present one where a stage of it is sound, else the latest of those before. */
function baseOf(analysis: DesignAnalysis, { prefill, decode }: Before): DesignAnalysis {
  if (STAGE_NAMES.some((stage) => isSound(analysis, stage))) return analysis;
  // The one of them in which the other stage has errors already is the later one.
  if (prefill && !isSound(prefill, 'decode')) return prefill;
  return decode ?? prefill ?? analysis;
}

/**
 * What figures are read from: the analysis itself where it has no errors. An error of one stage leaves the other as it is.
 * The clock of a stage that stands at `before` is the one it had.
 */
export function readable(analysis: DesignAnalysis, before: Before): Readable {
  if (analysis.legal) return { analysis, standing: { prefill: 'present', decode: 'present' }, missing: {} };
  const base = baseOf(analysis, before);
  const sourceOf = (stage: StageName): DesignAnalysis | undefined => {
    if (isSound(analysis, stage)) return analysis;
    if (isEmpty(analysis, stage)) return undefined;
    const earlier = before[stage];
    return earlier && comparable(earlier.design, base.design) ? earlier : undefined;
  };
  const sources = { prefill: sourceOf('prefill'), decode: sourceOf('decode') };
  const standingOf = (stage: StageName): Standing =>
    sources[stage] === undefined ? 'none' : sources[stage] === analysis ? 'present' : 'before';
  const standing = { prefill: standingOf('prefill'), decode: standingOf('decode') };
  const missing: Partial<Record<StageName, Missing>> = {};
  for (const stage of STAGE_NAMES)
    if (!sources[stage]) missing[stage] = isEmpty(analysis, stage) ? 'empty' : before[stage] ? 'other' : 'never';
  if (!sources.prefill && !sources.decode) return { analysis: undefined, standing, missing };
  const graphOf = (stage: StageName): Design['stages'][StageName] =>
    sources[stage]?.design.stages[stage] ?? { instances: [], streams: [] };
  const stageOf = (stage: StageName): StageAnalysis =>
    sources[stage]?.stages[stage] ?? emptyStage(analysis.stages[stage]);
  const clockOf = (stage: StageName): number => (sources[stage] ?? base).design.clocks[stage];
  return {
    standing,
    missing,
    analysis: {
      design: {
        ...base.design,
        clocks: { prefill: clockOf('prefill'), decode: clockOf('decode') },
        stages: { prefill: graphOf('prefill'), decode: graphOf('decode') },
      },
      problems: analysis.problems,
      stages: { prefill: stageOf('prefill'), decode: stageOf('decode') },
      legal: true,
      cache: emptyCache(),
    },
  };
}
