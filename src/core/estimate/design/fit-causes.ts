import type { StageName } from '../../design/types.ts';
import { percent } from '../parts/numbers.ts';
import {
  type FillLimits,
  type Platform,
  RESOURCE_KINDS,
  type ResourceCounts,
  type ResourceKind,
  SHARE_NAMES,
} from '../../targets/types.ts';
import type { Crossing } from '../stage/floorplan.ts';

/** Where a share of a budget stands: within the recommended limit, above it, above the budget. */
export type Light = 'green' | 'amber' | 'red';

/** One reason why a design does not fit, or is fuller than recommended. */
export interface Cause {
  readonly light: 'amber' | 'red';
  /** The stage that has it; undefined where both share a bitstream. */
  readonly stage: StageName | undefined;
  /** How far it is beyond: amount by limit, 1.1 is a tenth more than recommended, or than there is. */
  readonly excess: number;
  /** For a chip: 'DSP 86 % of SLR2'. */
  readonly short: string;
  /** A sentence. */
  readonly text: string;
}

/** What is placed in one bitstream: a stage, or both. */
export interface Placed {
  readonly stage: StageName | undefined;
  readonly total: ResourceCounts;
  readonly perSlr: readonly ResourceCounts[];
}

const RANK: Readonly<Record<Light, number>> = { green: 0, amber: 1, red: 2 };
const count = (amount: number): string => amount.toLocaleString('en');
const title = (stage: StageName | undefined): string =>
  stage === undefined ? '' : `${stage === 'prefill' ? 'Prefill' : 'Decode'}: `;

/** Shares of a budget. */
export function fillOf(used: ResourceCounts, budget: ResourceCounts): ResourceCounts {
  const share = (kind: ResourceKind): number => (budget[kind] === 0 ? 0 : used[kind] / budget[kind]);
  return { lut: share('lut'), ff: share('ff'), dsp: share('dsp'), bram18: share('bram18'), uram: share('uram') };
}

const lightOf = (share: number, limit: number): Light => (share > 1 ? 'red' : share > limit ? 'amber' : 'green');

/** A kind of resource in a region; nothing where it is no worse there than in the whole. */
function fillCause(
  stage: StageName | undefined,
  kind: ResourceKind,
  share: number,
  limit: number,
  slr: number | undefined,
  whole: Light,
): Cause[] {
  const light = lightOf(share, limit);
  if (light === 'green' || RANK[light] <= RANK[whole]) return [];
  const place = slr === undefined ? 'the user region' : `SLR${slr}`;
  const verdict = light === 'red' ? 'it does not fit' : `recommended are at most ${percent(limit)}`;
  return [
    {
      light,
      stage,
      excess: share / (light === 'red' ? 1 : limit),
      short: `${title(stage)}${SHARE_NAMES[kind]} ${percent(share)}${slr === undefined ? '' : ` of SLR${slr}`}`,
      text: `${title(stage)}${SHARE_NAMES[kind]} at ${percent(share)} of ${place}, ${verdict}.`,
    },
  ];
}

/** Causes of one bitstream: its whole, its SLRs, and the mean of memories and DSP. */
export function fillCauses({ stage, total, perSlr }: Placed, platform: Platform, limits: FillLimits): Cause[] {
  const fill = fillOf(total, platform.user);
  const mean = (fill.bram18 + fill.uram + fill.dsp) / 3;
  const causes = RESOURCE_KINDS.flatMap((kind) => [
    ...fillCause(stage, kind, fill[kind], limits[kind], undefined, 'green'),
    ...perSlr.flatMap((used, slr) => {
      const share = fillOf(used, platform.slrs[slr] ?? platform.user)[kind];
      return fillCause(stage, kind, share, limits[kind], slr, lightOf(fill[kind], limits[kind]));
    }),
  ]);
  if (mean > limits.memoriesAndDsp)
    causes.push({
      light: 'amber',
      stage,
      excess: mean / limits.memoriesAndDsp,
      short: `${title(stage)}BRAM, URAM, DSP ${percent(mean)}`,
      text: `${title(stage)}BRAM, URAM and DSP are filled to ${percent(mean)} on average, recommended are at most ${percent(limits.memoriesAndDsp)}.`,
    });
  return causes;
}

/** Causes of the wires between the SLRs of a stage. */
export const wireCauses = (stage: StageName, crossings: readonly Crossing[]): Cause[] =>
  crossings.flatMap(({ below, wires, available, advised }): Cause[] => {
    if (wires <= advised) return [];
    const red = wires > available;
    return [
      {
        light: red ? 'red' : 'amber',
        stage,
        excess: wires / (red ? available : advised),
        short: `${title(stage)}SLR wires ${percent(wires / available)}`,
        text: `${title(stage)}${count(wires)} wires between SLR${below} and SLR${below + 1}, there are ${count(available)}, advised are ${count(advised)}.`,
      },
    ];
  });

/** The worst first: what does not fit before what is fuller than recommended, then by how far it is beyond. */
export const worstFirst = (causes: readonly Cause[]): Cause[] =>
  [...causes].sort((a, b) => RANK[b.light] - RANK[a.light] || b.excess - a.excess);
