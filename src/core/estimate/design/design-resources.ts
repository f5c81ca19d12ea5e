import type { DesignAnalysis } from '../../schedule/types.ts';
import { type Platform, RESOURCE_KINDS, type ResourceCounts, type ResourceKind } from '../../targets/types.ts';
import { profile, type StageResources, stageResources } from '../stage/resources.ts';

/** Where a share of a budget stands: within the recommended limit, above it, above the budget. */
export type Light = 'green' | 'amber' | 'red';

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
  readonly lights: Readonly<Record<ResourceKind, Light>>;
  /** The worst of all lights, also of single SLRs and crossings. */
  readonly light: Light;
  /** Why it is not green, in words. */
  readonly reasons: readonly string[];
}

const combine = (a: ResourceCounts, b: ResourceCounts, bitstreams: 1 | 2): ResourceCounts => {
  const pick = (kind: ResourceKind): number => (bitstreams === 1 ? a[kind] + b[kind] : Math.max(a[kind], b[kind]));
  return { lut: pick('lut'), ff: pick('ff'), dsp: pick('dsp'), bram18: pick('bram18'), uram: pick('uram') };
};

/** Shares of a budget. */
export function fillOf(used: ResourceCounts, budget: ResourceCounts): ResourceCounts {
  const share = (kind: ResourceKind): number => (budget[kind] === 0 ? 0 : used[kind] / budget[kind]);
  return { lut: share('lut'), ff: share('ff'), dsp: share('dsp'), bram18: share('bram18'), uram: share('uram') };
}

const NAME: Readonly<Record<ResourceKind, string>> = { lut: 'LUT', ff: 'FF', dsp: 'DSP', bram18: 'BRAM', uram: 'URAM' };
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const worst = (lights: readonly Light[]): Light =>
  lights.includes('red') ? 'red' : lights.includes('amber') ? 'amber' : 'green';

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
  const limits = target.fillLimits;
  const lightOf = (share: number, kind: ResourceKind): Light =>
    share > 1 ? 'red' : share > limits[kind] ? 'amber' : 'green';
  const lights = {
    lut: lightOf(fill.lut, 'lut'),
    ff: lightOf(fill.ff, 'ff'),
    dsp: lightOf(fill.dsp, 'dsp'),
    bram18: lightOf(fill.bram18, 'bram18'),
    uram: lightOf(fill.uram, 'uram'),
  };
  const reasons: string[] = [];
  const all: Light[] = [...Object.values(lights)];
  const say = (light: Light, text: string): void => {
    if (light === 'green') return;
    all.push(light);
    reasons.push(text);
  };
  for (const kind of RESOURCE_KINDS) {
    say(
      lights[kind],
      `${NAME[kind]}: ${percent(fill[kind])} of the user region${lights[kind] === 'red' ? ', it does not fit' : `, recommended are at most ${percent(limits[kind])}`}.`,
    );
  }
  const mean = (fill.bram18 + fill.uram + fill.dsp) / 3;
  say(
    mean > limits.memoriesAndDsp ? 'amber' : 'green',
    `BRAM, URAM and DSP are filled to ${percent(mean)} on average, recommended are at most ${percent(limits.memoriesAndDsp)}.`,
  );
  perSlr.forEach((used, slr) => {
    const share = fillOf(used, platform.slrs[slr] ?? platform.user);
    for (const kind of RESOURCE_KINDS)
      if (lights[kind] === 'green')
        say(
          lightOf(share[kind], kind),
          `SLR${slr}: ${NAME[kind]} at ${percent(share[kind])}, recommended are at most ${percent(limits[kind])}.`,
        );
  });
  const stages = [prefill, decode];
  for (const { stage, crossings } of stages) {
    for (const crossing of crossings) {
      const light: Light =
        crossing.wires > crossing.available ? 'red' : crossing.wires > crossing.advised ? 'amber' : 'green';
      say(
        light,
        `${stage}: ${crossing.wires.toLocaleString('en')} wires between SLR${crossing.below} and SLR${crossing.below + 1}, there are ${crossing.available.toLocaleString('en')}, advised are ${crossing.advised.toLocaleString('en')}.`,
      );
    }
  }
  return {
    prefill,
    decode,
    total,
    perSlr,
    bitstreams,
    platform,
    budget: platform.user,
    fill,
    lights,
    light: worst(all),
    reasons,
  };
}
