import { STAGE_NAMES, type Design } from '../../core/design/types.ts';
import { boundsOf } from '../../core/estimate/design/bounds.ts';
import { publishedFor } from '../../core/estimate/design/published.ts';
import { compareShares, TABLE_VI } from '../../core/estimate/design/published-resources.ts';
import { atLeadingClocks, stageClocks } from '../../core/estimate/stage/clocks.ts';
import { profile, stageResources } from '../../core/estimate/stage/resources.ts';
import type { Energy } from '../../core/estimate/design/energy.ts';
import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { clockShort } from '../words/clocks.ts';
import type { Evidence } from './explain-store.ts';

export interface SystemRow {
  readonly key: string;
  readonly system: string;
  readonly board: string;
  readonly model: string;
  /** Seconds per 1,000 tokens. */
  readonly prefill: number | undefined;
  readonly decode: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly watts: number | undefined;
  readonly evidence: Evidence;
  readonly source: string;
  readonly own: boolean;
  /** Figures compare: same model and formats. */
  readonly alike: boolean;
}

const per1k = (seconds: number, tokens: number): number | undefined =>
  tokens > 0 ? (seconds / tokens) * 1000 : undefined;
const BOARDS: Readonly<Record<string, string>> = { u280: 'U280', v80: 'V80', a100: 'A100' };
const EVIDENCE: Readonly<Record<string, Evidence>> = {
  measured: 'measured by others',
  simulated: 'simulated by others',
  projected: 'projected by others',
  implied: 'implied by others',
};

/** The clocks that the figures are at: '250 of 300 MHz in prefill and 292 MHz in decode'. */
function ownClocks(analysis: DesignAnalysis): string {
  const clocks = stageClocks(analysis);
  return STAGE_NAMES.map((stage) => `${clockShort(clocks[stage])} in ${stage}`).join(' and ');
}

/** The design, the closed formulas as its bound, and what others have published for the board. */
export function systemRows(analysis: DesignAnalysis, time: WorkloadTime, energy: Energy | undefined): SystemRow[] {
  const { design } = analysis;
  const { prompt, generate } = design.workload;
  const board = BOARDS[design.target] ?? design.target;
  const model = `${design.model.name} ${design.recipe.name.toUpperCase()}`;
  const bounds = boundsOf(atLeadingClocks(analysis));
  const own: SystemRow = {
    key: 'own',
    system: design.name,
    board,
    model,
    prefill: per1k(time.prefill.seconds, time.prefill.tokens),
    decode: per1k(time.decode.seconds, time.decode.tokens),
    tokensPerSecond: time.tokensPerSecond,
    watts: energy?.decode.watts,
    evidence: 'modelled',
    source: `This design at ${ownClocks(analysis)}: counted loop cycles with pipeline depths, memory latency and bandwidth`,
    own: true,
    alike: true,
  };
  const bound: SystemRow[] = bounds
    ? [
        {
          key: 'bound',
          system: `${design.name}, closed formulas`,
          board,
          model,
          prefill: per1k(bounds.prefill(prompt), prompt),
          decode: per1k(bounds.decode(prompt, generate), generate),
          tokensPerSecond: generate / bounds.decode(prompt, generate),
          watts: undefined,
          evidence: 'bound',
          source: 'arXiv 2601.15710: multiplications only; hardware does not reach it',
          own: true,
          alike: true,
        },
      ]
    : [];
  const others = publishedFor(design).map(
    (row): SystemRow => ({
      key: `${row.system} ${row.board}`,
      system: row.system,
      board: BOARDS[row.board] ?? row.board,
      model: row.model,
      prefill: row.prefillPer1k,
      decode: row.decodePer1k,
      tokensPerSecond: row.tokensPerSecond,
      watts: row.watts,
      evidence: EVIDENCE[row.evidence] ?? 'measured by others',
      source: row.source,
      own: false,
      alike: sameModel(design, row.model),
    }),
  );
  return [own, ...bound, ...others];
}

const sameModel = (design: Design, model: string): boolean =>
  model.toLowerCase().startsWith(design.model.name.toLowerCase());

export interface ShareRow {
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly published: number;
  readonly estimated: number;
  readonly deviation: number;
  readonly reason: string;
  readonly evidence: Evidence;
}

/** Resources of the design beside those of FlexLLM on the same board, as shares of the whole device. */
export function shareRows(analysis: DesignAnalysis): ShareRow[] {
  const { target } = profile(analysis);
  return TABLE_VI.filter((row) => row.target === target.id).flatMap((row) =>
    compareShares(row, target, stageResources(analysis, row.stage).total).map((one) => ({
      key: `${row.id} ${one.kind}`,
      title: row.title,
      kind: one.kind,
      published: one.published,
      estimated: one.estimated,
      deviation: one.deviation,
      reason: analysis.design.name === row.sample ? (one.reason ?? '') : '',
      evidence: EVIDENCE[row.mark] ?? 'measured by others',
    })),
  );
}
