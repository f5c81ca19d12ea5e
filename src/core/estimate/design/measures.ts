import type { StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { KIND_NAMES, type ResourceKind } from '../../targets/types.ts';
import { atLeadingClocks } from '../stage/clocks.ts';
import { workloadTime } from '../workload/timing.ts';
import { designResources } from './design-resources.ts';
import { energyOf } from './energy.ts';
import type { Light } from './fit-causes.ts';

/** A figure that steps are tried for, in a direction and a unit of its own. */
export type Measure =
  | 'decode.tokensPerSecond'
  | 'decode.seconds'
  | 'prefill.seconds'
  | 'timeToFirstToken'
  | 'prefill.watts'
  | 'decode.watts'
  | 'tokensPerJoule'
  | `resources.${ResourceKind}`;

/** The speed of a stage: what is asked where a figure of it has no better direction of its own. */
export const speedOf = (stage: StageName): Measure =>
  stage === 'decode' ? 'decode.tokensPerSecond' : 'prefill.seconds';

const MORE: ReadonlySet<Measure> = new Set(['decode.tokensPerSecond', 'tokensPerJoule']);

const isResource = (measure: Measure): measure is `resources.${ResourceKind}` => measure.startsWith('resources.');
const kindOf = (measure: `resources.${ResourceKind}`): ResourceKind => measure.slice(10) as ResourceKind;

/** What a step is called that improves a measure: 'What would make decode faster'. */
export function measureTitle(measure: Measure): string {
  if (isResource(measure)) return `What would take fewer ${KIND_NAMES[kindOf(measure)]}`;
  switch (measure) {
    case 'prefill.seconds':
      return 'What would make prefill faster';
    case 'timeToFirstToken':
      return 'What would bring the first token sooner';
    case 'prefill.watts':
    case 'decode.watts':
      return 'What would draw less power';
    case 'tokensPerJoule':
      return 'What would give more tokens per joule';
    default:
      return 'What would make decode faster';
  }
}

/** All that a step is judged by. */
export interface Outcome {
  readonly value: number;
  /** Seconds of each stage at the clocks that can be expected, which follow in MHz. */
  readonly seconds: Readonly<Record<StageName, number>>;
  readonly clocks: Readonly<Record<StageName, number>>;
  readonly dsp: number;
  readonly lut: number;
  readonly light: Light;
}

/** The figures of a design for a measure; undefined while it has errors. */
export function outcomeOf(analysis: DesignAnalysis, measure: Measure): Outcome | undefined {
  if (!analysis.legal) return undefined;
  const lead = atLeadingClocks(analysis);
  const time = workloadTime(lead);
  if (!time) return undefined;
  const resources = designResources(analysis);
  const value = (): number => {
    if (isResource(measure)) return resources.total[kindOf(measure)];
    switch (measure) {
      case 'decode.tokensPerSecond':
        return time.tokensPerSecond;
      case 'decode.seconds':
      case 'prefill.seconds':
        return time[measure === 'decode.seconds' ? 'decode' : 'prefill'].seconds;
      case 'timeToFirstToken':
        return time.timeToFirstToken;
      case 'prefill.watts':
      case 'decode.watts':
        return energyOf(lead, time)[measure === 'prefill.watts' ? 'prefill' : 'decode'].watts;
      default:
        return energyOf(lead, time).tokensPerJoule;
    }
  };
  return {
    value: value(),
    seconds: { prefill: time.prefill.seconds, decode: time.decode.seconds },
    clocks: lead.design.clocks,
    dsp: resources.total.dsp,
    lut: resources.total.lut,
    light: resources.light,
  };
}

/** How much better a figure becomes, in its unit; negative where it becomes worse. */
export const gainOf = (measure: Measure, before: number, after: number): number =>
  MORE.has(measure) ? after - before : before - after;

const amount = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));

/** '+12 tokens/s', '−120 ms': a change of a figure in its unit. */
export function changeText(measure: Measure, before: number, after: number): string {
  const change = after - before;
  const sign = change > 0 ? '+' : '−';
  const size = Math.abs(change);
  if (isResource(measure)) return `${sign}${amount(Math.round(size))} ${KIND_NAMES[kindOf(measure)]}`;
  switch (measure) {
    case 'decode.tokensPerSecond':
      return `${sign}${amount(size)} tokens/s`;
    case 'tokensPerJoule':
      return `${sign}${amount(size)} tokens/J`;
    case 'prefill.watts':
    case 'decode.watts':
      return `${sign}${amount(size)} W`;
    default:
      return size < 1 ? `${sign}${amount(size * 1e3)} ms` : `${sign}${amount(size)} s`;
  }
}
