import { errorsOf } from '../../design/problems.ts';
import { type Design, STAGE_NAMES, type StageName } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { readable } from '../../schedule/readable.ts';
import { atLeadingClocks, type StageClock, stageClocks } from '../stage/clocks.ts';
import { wholeWorkload } from '../workload/workload.ts';
import { designResources, fitText } from './design-resources.ts';
import type { Light } from './fit-causes.ts';

/** The figures by which a design is chosen before it is made; plain data, so that a worker can hand it over. */
export interface Preview {
  /** Its stages with figures: those that are not empty and have no errors. */
  readonly stages: readonly StageName[];
  /** Seconds of the prefill of the prompt, and to the first token; of stages with figures. */
  readonly prefillSeconds: number | undefined;
  readonly timeToFirstToken: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly clocks: Readonly<Partial<Record<StageName, StageClock>>>;
  /** Whether it fits, and the worst cause where it does not, else what it fills most. */
  readonly light: Light | undefined;
  readonly fullest: string | undefined;
  /** Errors of stages that are not empty, in sentences. */
  readonly errors: readonly string[];
}

/** Figures of a design that nobody has made yet: for its workload, at the clocks that can be expected. */
export function previewOf(design: Design): Preview {
  const present = analyze(design);
  const { analysis, standing } = readable(present, {});
  const stages = STAGE_NAMES.filter((stage) => standing[stage] === 'present');
  const errors = errorsOf(present.problems)
    .filter(({ stage }) => stage === undefined || design.stages[stage].instances.length > 0)
    .map(({ message }) => message);
  const time = analysis && wholeWorkload(atLeadingClocks(analysis));
  if (!analysis || !time)
    return {
      stages: [],
      prefillSeconds: undefined,
      timeToFirstToken: undefined,
      tokensPerSecond: undefined,
      clocks: {},
      light: undefined,
      fullest: undefined,
      errors,
    };
  const clocks = stageClocks(analysis);
  const resources = designResources(analysis);
  const has = (stage: StageName): boolean => stages.includes(stage);
  return {
    stages,
    prefillSeconds: has('prefill') ? time.prefill.seconds : undefined,
    timeToFirstToken: stages.length === 2 ? time.timeToFirstToken : undefined,
    tokensPerSecond: has('decode') ? time.tokensPerSecond : undefined,
    clocks: Object.fromEntries(stages.map((stage) => [stage, clocks[stage]])),
    light: resources.light,
    fullest: fitText(resources),
    errors,
  };
}
