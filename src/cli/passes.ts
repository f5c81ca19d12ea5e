import type { PassReport } from '../core/estimate/design/pass-report.ts';
import { estimateOf, passesOf } from '../core/estimate/design/report.ts';
import { atLeadingClocks } from '../core/estimate/stage/clocks.ts';
import { memoryBusy } from '../core/estimate/stage/memory-busy.ts';
import { loadCycles } from '../core/estimate/workload/timing.ts';
import { STAGE_NAMES, type StageName } from '../core/design/types.ts';
import type { DesignAnalysis } from '../core/schedule/types.ts';
import { sumOf } from '../core/estimate/parts/numbers.ts';
import { percent, table, whole } from './table.ts';

const WHEN: Readonly<Record<PassReport['section'], string>> = {
  begin: 'before the layers',
  layer: 'every layer',
  end: 'after the layers',
  summary: 'after a summary',
  memory: 'after a segment',
};

const WIDTH = 110;

/** Words in lines of a terminal, behind an indent. */
function wrapped(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

function describeStage(stage: StageName, passes: readonly PassReport[], busy: number): string {
  const layers = Math.max(...passes.map(({ runs }) => runs));
  const rows = passes.map((pass) => [
    `P${pass.pass}`,
    pass.section === 'layer' && pass.runs < layers ? 'every layer but the last' : WHEN[pass.section],
    `${whole(pass.runs)} x`,
    whole(pass.cycles),
    percent(pass.share),
    percent(pass.memoryBusy),
    pass.limitedBy ?? '-',
  ]);
  const total = ['', 'in total', '', whole(sumOf(passes.map(({ runs, cycles }) => runs * cycles))), '', percent(busy)];
  const unit = stage === 'prefill' ? 'a prompt' : 'a token';
  const [head, ...lines] = table(
    [[stage, 'works', `for ${unit}`, 'cycles', 'share', 'memory busy', 'limited by'], ...rows, total],
    [0, 1, 6],
  ).split('\n');
  return [
    head,
    ...lines.flatMap((line, index) => [
      line,
      ...wrapped(
        (passes[index]?.operations ?? []).map(({ operation }) => operation),
        '         ',
      ),
    ]),
  ].join('\n');
}

/** The schedule of a legal design with cycles and what limits each pass. */
export function describePasses(analysis: DesignAnalysis): { data: unknown; text: string } {
  const estimate = estimateOf(analysis);
  const passes = passesOf(analysis, estimate);
  const { workload, time } = estimate;
  const lead = atLeadingClocks(analysis);
  const busy = {
    prefill: memoryBusy(lead, 'prefill', time.prefill).share,
    decode: memoryBusy(lead, 'decode', time.decode).share,
  };
  return {
    data: { design: analysis.design.name, workload, passes, memoryBusy: busy },
    text: [
      ...STAGE_NAMES.map((stage) => describeStage(stage, passes[stage], busy[stage])),
      `Each kernel loads its constants once when it starts, ${STAGE_NAMES.map((stage) => `${stage} in ${whole(loadCycles(analysis, stage))} cycles`).join(', ')}.`,
      'Memory busy: the bytes that ports on HBM move, over what HBM could deliver at its peak in that time.',
      `Prompt of ${whole(workload.prompt)} tokens; decode at its first token. Modelled cycles, not measured.`,
    ].join('\n\n'),
  };
}
