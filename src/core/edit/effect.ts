import { STAGE_NAMES, type Design, type StageName } from '../design/types.ts';
import { designResources } from '../estimate/design/design-resources.ts';
import { atLeadingClocks } from '../estimate/stage/clocks.ts';
import { workloadTime } from '../estimate/workload/timing.ts';
import { KIND_NAMES, RESOURCE_KINDS, type ResourceCounts, type ResourceKind } from '../targets/types.ts';
import { analysisOf } from './analysis.ts';

/** What an edit is judged by. Undefined figures: the design has errors. */
export interface Figures {
  /** Seconds per token of the answer, and of the whole prefill, at the clocks that can be expected. */
  readonly decode: number;
  readonly prefill: number;
  /** Those clocks, in MHz. */
  readonly clocks: Readonly<Record<StageName, number>>;
  /** Both at the clocks entered: what forms of one design are compared by, whatever clock their fill leaves room for. */
  readonly entered: { readonly decode: number; readonly prefill: number };
  readonly used: ResourceCounts;
  /** Shares of the budget, and the largest of them. */
  readonly fill: ResourceCounts;
  readonly share: number;
}

/** Figures of a design before and after an edit. */
export interface Effect {
  readonly before: Figures | undefined;
  readonly after: Figures | undefined;
}

/** The figures of a legal design at its workload; undefined while it has errors. */
export function figuresOf(design: Design): Figures | undefined {
  const analysis = analysisOf(design);
  const lead = atLeadingClocks(analysis);
  const time = workloadTime(lead);
  const entered = lead === analysis ? time : workloadTime(analysis);
  if (!time || !entered) return undefined;
  const { total, fill } = designResources(analysis);
  return {
    decode: time.decode.seconds / time.decode.tokens,
    prefill: time.prefill.seconds,
    clocks: lead.design.clocks,
    entered: { decode: entered.decode.seconds / entered.decode.tokens, prefill: entered.prefill.seconds },
    used: total,
    fill,
    share: Math.max(...RESOURCE_KINDS.map((kind) => fill[kind])),
  };
}

const signed = (value: number, text: string): string => `${value > 0 ? '+' : '−'}${text}`;

/** `+12.4 k LUT`; undefined where nothing changes. */
function resourceText(before: ResourceCounts, after: ResourceCounts, kind: ResourceKind): string | undefined {
  const change = Math.round(after[kind] - before[kind]);
  if (change === 0) return undefined;
  const size = Math.abs(change);
  return signed(change, `${size >= 1000 ? `${(size / 1000).toPrecision(3)} k` : size} ${KIND_NAMES[kind]}`);
}

function timeText(before: number, after: number, what: string): string | undefined {
  const change = after - before;
  const share = change / before;
  if (Math.abs(share) < 0.0005) return undefined;
  return `${what} ${signed(change, `${(Math.abs(change) * 1e3).toPrecision(3)} ms`)} (${signed(change, `${(Math.abs(share) * 100).toPrecision(2)} %`)})`;
}

/** Why a stage is slower or faster though its cycles are not: how full it is says which clock can be expected. */
const clockText = (before: number, after: number, stage: StageName): string | undefined =>
  before === after ? undefined : `${stage} at ${after} instead of ${before} MHz`;

/** What an edit costs and brings, in words; of a design that had errors before, how it is then. */
export function effectText({ before, after }: Effect): string {
  if (!after) return '';
  const kinds: readonly ResourceKind[] = ['lut', 'dsp', 'bram18', 'uram'];
  if (!before) {
    const most = kinds.reduce((a, b) => (after.fill[b] > after.fill[a] ? b : a));
    return `${(after.decode * 1e3).toPrecision(3)} ms a token, ${KIND_NAMES[most]} ${Math.round(after.fill[most] * 100)} %`;
  }
  return [
    timeText(before.prefill, after.prefill, 'prefill'),
    timeText(before.decode, after.decode, 'a token'),
    ...STAGE_NAMES.map((stage) => clockText(before.clocks[stage], after.clocks[stage], stage)),
    ...kinds.map((kind) => resourceText(before.used, after.used, kind)),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
