import {
  RESOURCE_KINDS,
  type ResourceCounts,
  type ResourceKind,
  SHARE_NAMES,
  type Target,
} from '../../targets/types.ts';
import type { Evidence } from './published.ts';

/** A published implementation of one stage. Shares are of the whole device. */
export interface PublishedStage {
  readonly id: string;
  readonly title: string;
  readonly target: 'u280' | 'v80';
  readonly stage: 'prefill' | 'decode';
  readonly parameters: string;
  /** Clock in MHz. */
  readonly clock: number;
  /** Seconds per 1,000 tokens. */
  readonly secondsPer1k: number;
  /** Shares of LUT, FF, DSP, BRAM and URAM of the device. */
  readonly shares: ResourceCounts;
  /** Share of slices (CLB) of the device. */
  readonly slices: number;
  readonly mark: Evidence;
  /** Sample design of the same parameters. */
  readonly sample: string;
}

/** FlexLLM (arXiv 2601.15710), Table VI: Llama 3.2 1B, W4A4KV8. U280 is measured on the card, V80 estimated by the paper from place and route. */
export const TABLE_VI: readonly PublishedStage[] = [
  {
    id: 'u280-prefill',
    title: 'FlexLLM prefill on U280',
    target: 'u280',
    stage: 'prefill',
    parameters: 'TP 8, WP 24 / 16 / 96',
    clock: 304,
    secondsPer1k: 1.65,
    shares: { lut: 0.39, ff: 0.24, dsp: 0.29, bram18: 0.35, uram: 0.11 },
    slices: 0.66,
    mark: 'measured',
    sample: 'llama-3.2-1b-u280',
  },
  {
    id: 'u280-decode',
    title: 'FlexLLM decode on U280',
    target: 'u280',
    stage: 'decode',
    parameters: 'BP 16, WP 1024 / 256',
    clock: 292,
    secondsPer1k: 6.94,
    shares: { lut: 0.44, ff: 0.28, dsp: 0.18, bram18: 0.41, uram: 0.15 },
    slices: 0.76,
    mark: 'measured',
    sample: 'llama-3.2-1b-u280',
  },
  {
    id: 'v80-prefill',
    title: 'FlexLLM prefill on V80',
    target: 'v80',
    stage: 'prefill',
    parameters: 'TP 16, WP 32 / 32 / 128',
    clock: 300,
    secondsPer1k: 0.61,
    shares: { lut: 0.37, ff: 0.2, dsp: 0.26, bram18: 0.22, uram: 0.09 },
    slices: 0.58,
    mark: 'projected',
    sample: 'llama-3.2-1b-v80',
  },
  {
    id: 'v80-decode',
    title: 'FlexLLM decode on V80',
    target: 'v80',
    stage: 'decode',
    parameters: 'BP 64, WP 4096 / 1024',
    clock: 300,
    secondsPer1k: 1.68,
    shares: { lut: 0.42, ff: 0.22, dsp: 0.25, bram18: 0.36, uram: 0.2 },
    slices: 0.75,
    mark: 'projected',
    sample: 'llama-3.2-1b-v80',
  },
];

/**
 * What the shell and the platform around the kernel add to reports of the whole device, which published shares are taken from;
 * the ways to the memories are in our ports already. U280: the platform part of the SpMV design of Vitis Libraries 2022.1
 * (165.5k LUT, 323 BRAM36, 4 DSP) less its 16 HBM channels of 5,000 LUT; FF in the proportion of such a channel (1.3 per LUT).
 * V80: the shell's own logic is not published; most of it (PCIe, NoC, memory controllers) is hard.
 */
export const SHELL: Readonly<Record<'u280' | 'v80', ResourceCounts>> = {
  u280: { lut: 85_500, ff: 111_150, dsp: 4, bram18: 646, uram: 0 },
  v80: { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0 },
};

/** Relative deviation up to which an estimate counts as met: U280 was looked at while the model was made, V80 is held out. */
export const TOLERANCE: Readonly<Record<'u280' | 'v80', number>> = { u280: 0.15, v80: 0.25 };

/** Why an estimate does not meet a published share; every deviation has its reason here. */
const REASONS: Readonly<Record<string, string>> = {
  'u280-prefill uram':
    'FIFO depths here are proven and hold whole barriers (6,144 vectors in front of every quantizer and engine, 16,384 behind gate and up), and most of the URAM are FIFOs. FlexLLM writes depths by hand (mostly 2 to 2,048).',
  'u280-decode uram':
    'FlexLLM binds an activation buffer of every lane to a URAM of its own, in every copy of the engine, in quantizer, norm and lane buffers; the banks are almost empty. Here all lanes share one wide buffer, which BRAM or LUTRAM holds.',
  'v80-prefill lut':
    'Every cell of FlexLLM is a dataflow process with FIFOs to its neighbours, here a whole array is one pipelined loop, and the number of cells grows 2.8-fold from U280. Products that the paper may have put into LUTs (it does not say) are on DSPs here.',
  'v80-prefill uram': 'As on U280: most of the URAM are proven FIFO depths, with 16 lanes twice as wide.',
  'v80-decode dsp':
    'Two products per DSP need 2,048 DSP58 for the linear engine and 512 for the values, which leaves 150 of the reported ones for all fp32 operators of 64 lanes: part of the products must be in LUTs. The parameter multipliers moves them.',
  'v80-decode uram': 'As on U280: the banks that FlexLLM binds to URAM per lane are one wide buffer here.',
};

/** One share: published, estimated for the whole device, and whether they agree. */
export interface Comparison {
  readonly kind: ResourceKind;
  readonly published: number;
  readonly estimated: number;
  /** Relative deviation of the estimate. */
  readonly deviation: number;
  readonly met: boolean;
  /** Why not, when it is not met. */
  readonly reason?: string;
}

/** Compares estimated resources of a kernel with a published row. */
export function compareShares(row: PublishedStage, target: Target, used: ResourceCounts): Comparison[] {
  return RESOURCE_KINDS.map((kind) => {
    const published = row.shares[kind];
    const estimated = (used[kind] + SHELL[row.target][kind]) / target.die[kind];
    const deviation = estimated / published - 1;
    const met = Math.abs(deviation) <= TOLERANCE[row.target];
    const reason = REASONS[`${row.id} ${kind}`];
    return { kind, published, estimated, deviation, met, ...(!met && reason !== undefined ? { reason } : {}) };
  });
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The table of docs/resources.md: published shares against the estimates, `used` by the id of the row. */
export function comparisonTable(
  rows: readonly { readonly row: PublishedStage; readonly target: Target; readonly used: ResourceCounts }[],
): string {
  const reasons: string[] = [];
  const lines = rows.flatMap(({ row, target, used }) =>
    compareShares(row, target, used).map((one) => {
      if (!one.met) reasons.push(one.reason ?? `${row.id} ${one.kind}: no reason known`);
      const sign = one.deviation < 0 ? '-' : '+';
      const verdict = one.met ? `within ${TOLERANCE[row.target] * 100} %` : `no, see ${reasons.length}`;
      return `| ${row.title} (${row.mark}) | ${SHARE_NAMES[one.kind]} | ${Math.round(used[one.kind]).toLocaleString('en')} | ${percent(one.published)} | ${percent(one.estimated)} | ${sign}${Math.abs(one.deviation * 100).toFixed(0)} % | ${verdict} |`;
    }),
  );
  return [
    '| design | resource | kernel, estimated | published share | estimated share | deviation | met |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    ...lines,
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
  ].join('\n');
}
