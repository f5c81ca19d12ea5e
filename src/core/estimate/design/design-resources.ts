import type { DesignAnalysis } from '../../schedule/types.ts';
import {
  KIND_NAMES,
  type Platform,
  RESOURCE_KINDS,
  type ResourceCounts,
  type ResourceKind,
} from '../../targets/types.ts';
import { type Cause, fillCauses, fillOf, type Light, type Placed, wireCauses, worstFirst } from './fit-causes.ts';
import { profile, type StageResources, stageResources } from '../stage/resources.ts';

export interface DesignResources {
  readonly prefill: StageResources;
  readonly decode: StageResources;
  /** One bitstream: the sum; two: what the larger one needs of each kind. */
  readonly total: ResourceCounts;
  readonly perSlr: readonly ResourceCounts[];
  readonly bitstreams: 1 | 2;
  readonly platform: Platform;
  readonly budget: ResourceCounts;
  /** Shares of the budget. */
  readonly fill: ResourceCounts;
  /** The light of the worst cause: green where every SLR of every stage is within the recommended limits. */
  readonly light: Light;
  /** Why it is not green, the worst first. */
  readonly causes: readonly Cause[];
  /** The same in sentences. */
  readonly reasons: readonly string[];
}

/** In a few words what is worst about the fit: the first cause, else the kind that is filled most. */
export function fitText({ causes, fill }: Pick<DesignResources, 'causes' | 'fill'>): string {
  const fullest = RESOURCE_KINDS.reduce((most, kind) => (fill[kind] > fill[most] ? kind : most), 'lut' as ResourceKind);
  return causes[0]?.short ?? `${KIND_NAMES[fullest]} ${Math.round(100 * fill[fullest])} %`;
}

const combine = (a: ResourceCounts, b: ResourceCounts, bitstreams: 1 | 2): ResourceCounts => {
  const pick = (kind: ResourceKind): number => (bitstreams === 1 ? a[kind] + b[kind] : Math.max(a[kind], b[kind]));
  return { lut: pick('lut'), ff: pick('ff'), dsp: pick('dsp'), bram18: pick('bram18'), uram: pick('uram') };
};

/** Resources of the whole design against the user region of its platform. The design must be legal. */
export function designResources(analysis: DesignAnalysis): DesignResources {
  const { target, platform, bitstreams } = profile(analysis);
  const prefill = stageResources(analysis, 'prefill');
  const decode = stageResources(analysis, 'decode');
  const total = combine(prefill.total, decode.total, bitstreams);
  const perSlr = platform.slrs.map((_, slr) =>
    combine(prefill.perSlr[slr] ?? prefill.total, decode.perSlr[slr] ?? decode.total, bitstreams),
  );
  const fill = fillOf(total, platform.user);
  const placed: readonly Placed[] = bitstreams === 1 ? [{ stage: undefined, total, perSlr }] : [prefill, decode];
  const causes = worstFirst([
    ...placed.flatMap((one) => fillCauses(one, platform, target.fillLimits)),
    ...[prefill, decode].flatMap(({ stage, crossings }) => wireCauses(stage, crossings)),
  ]);
  return {
    prefill,
    decode,
    total,
    perSlr,
    bitstreams,
    platform,
    budget: platform.user,
    fill,
    light: causes[0]?.light ?? 'green',
    causes,
    reasons: causes.map(({ text }) => text),
  };
}
