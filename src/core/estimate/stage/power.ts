import type { StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import type { ResourceCounts, Target } from '../../targets/types.ts';
import { profile, stageResources } from './resources.ts';

/** One contribution to the power of a card. */
export interface PowerPart {
  readonly id: 'idle' | 'clock' | 'logic' | 'dsp' | 'memories' | 'hbm';
  readonly what: string;
  /** Watts. */
  readonly watts: number;
  /** How the figure comes about. */
  readonly formula: string;
  readonly source: string;
}

export interface PowerEstimate {
  readonly parts: readonly PowerPart[];
  /** Watts of the whole card. */
  readonly total: number;
  /** Limit of the card in watts. */
  readonly limit: number;
  readonly withinLimit: boolean;
}

/** What runs: resources of the bitstream, its clock, how busy it is and how much it moves. */
export interface Activity {
  readonly used: ResourceCounts;
  /** MHz. */
  readonly clock: number;
  /** Share of cycles in which the operators work, 0 to 1: dynamic power of logic, DSPs and on-chip memories scales with it. */
  readonly busy: number;
  /** Bytes per second to and from HBM. */
  readonly hbmBytesPerSecond: number;
}

const POWER_DESIGN =
  'Power Design Manager project of LUT-LLM on V80 (220 MHz, 1,267,909 LUT, 4,162 DSP, 480 URAM, 1,537 BRAM18: clock 6.8 W, logic 7.9 W, DSP 3.2 W, URAM 0.7 W, BRAM 1.0 W, HBM 14.8 W for 11 controllers at 54 % read)';

/** Watts per resource and MHz, from that project. */
const PER_MHZ = {
  clock: 6.8 / 1_046_647 / 220,
  lut: 7.9 / 1_267_909 / 220,
  dsp: 3.2 / 4_162 / 220,
  uram: 0.7 / 480 / 220,
  bram18: 1.0 / 1_537 / 220,
};

/** UltraScale+ in 16 nm against Versal in 7 nm: same operation, core voltage 0.85 V against 0.80 V and larger capacitance (assumed). */
const NODE: Readonly<Record<Target['family'], number>> = { ultrascale: 1.5, versal: 1 };

/**
 * Joules per byte of HBM traffic: 14.8 W of that project for 11 of 16 controllers at 54 % of 819.2 GB/s, half of it taken as static and
 * in the idle power already. U280: 40 W for HBM and access logic at about 400 GB/s (xbtest calibration).
 */
const HBM_JOULES_PER_BYTE: Readonly<Record<Target['family'], number>> = {
  ultrascale: 40 / 400e9,
  versal: 7.4 / (819.2e9 * 0.54 * (11 / 16)),
};

/** Share of a busy cycle's power that clocked but waiting logic still takes: clocks are not gated, data do not toggle (assumed). */
const WAITING = 0.2;

/** Power of a card while one bitstream works. An estimate of the order of 30 %: toggle rates are those of another design. */
export function powerEstimate(target: Target, activity: Activity): PowerEstimate {
  const { used, clock, hbmBytesPerSecond } = activity;
  const node = NODE[target.family];
  const toggle = WAITING + (1 - WAITING) * Math.min(1, Math.max(0, activity.busy));
  const scale = node * clock * toggle;
  const busy = `${Math.round(clock)} MHz, ${Math.round(toggle * 100)} % activity${node === 1 ? '' : `, x ${node} for 16 nm`}`;
  const parts: PowerPart[] = [
    {
      id: 'idle',
      what: 'Card without a working kernel',
      watts: target.power.idle,
      formula: `${target.power.idle} W`,
      source: target.power.source,
    },
    {
      id: 'clock',
      what: 'Clock tree',
      watts: used.ff * PER_MHZ.clock * node * clock,
      formula: `${Math.round(used.ff).toLocaleString('en')} FF at ${Math.round(clock)} MHz`,
      source: POWER_DESIGN,
    },
    {
      id: 'logic',
      what: 'Logic',
      watts: used.lut * PER_MHZ.lut * scale,
      formula: `${Math.round(used.lut).toLocaleString('en')} LUT at ${busy}`,
      source: POWER_DESIGN,
    },
    {
      id: 'dsp',
      what: 'DSPs',
      watts: used.dsp * PER_MHZ.dsp * scale,
      formula: `${Math.round(used.dsp).toLocaleString('en')} DSP at ${busy}`,
      source: POWER_DESIGN,
    },
    {
      id: 'memories',
      what: 'On-chip memories',
      watts: (used.bram18 * PER_MHZ.bram18 + used.uram * PER_MHZ.uram) * scale,
      formula: `${Math.round(used.bram18)} BRAM18 and ${Math.round(used.uram)} URAM at ${busy}`,
      source: POWER_DESIGN,
    },
    {
      id: 'hbm',
      what: 'HBM traffic',
      watts: hbmBytesPerSecond * HBM_JOULES_PER_BYTE[target.family],
      formula: `${(hbmBytesPerSecond / 1e9).toFixed(1)} GB/s at ${(HBM_JOULES_PER_BYTE[target.family] * 1e12).toFixed(0)} pJ per byte`,
      source:
        target.family === 'versal'
          ? POWER_DESIGN
          : 'xbtest: up to 40 W for HBM with access logic at about 400 GB/s on U280',
    },
  ];
  const total = parts.reduce((sum, part) => sum + part.watts, 0);
  return { parts, total, limit: target.power.limit, withinLimit: total <= target.power.limit };
}

/** Tokens per joule at a rate in tokens per second. */
export const tokensPerJoule = (tokensPerSecond: number, power: PowerEstimate): number => tokensPerSecond / power.total;

/** Power of a card while a stage of a legal design works; with one bitstream the other stage is clocked and waits. */
export function stagePower(
  analysis: DesignAnalysis,
  stage: StageName,
  activity: Pick<Activity, 'busy' | 'hbmBytesPerSecond'>,
): PowerEstimate {
  const { target, bitstreams } = profile(analysis);
  const clock = analysis.design.clocks[stage];
  const power = powerEstimate(target, { used: stageResources(analysis, stage).total, clock, ...activity });
  if (bitstreams === 2) return power;
  const other: StageName = stage === 'prefill' ? 'decode' : 'prefill';
  const waiting = powerEstimate(target, {
    used: stageResources(analysis, other).total,
    clock: analysis.design.clocks[other],
    busy: 0,
    hbmBytesPerSecond: 0,
  });
  const parts = power.parts.map((part, index) => {
    const more = part.id === 'idle' ? 0 : (waiting.parts[index]?.watts ?? 0);
    return more === 0
      ? part
      : {
          ...part,
          watts: part.watts + more,
          formula: `${part.formula}, and ${more.toFixed(1)} W of the waiting ${other} kernel`,
        };
  });
  const total = parts.reduce((sum, part) => sum + part.watts, 0);
  return { parts, total, limit: power.limit, withinLimit: total <= power.limit };
}
