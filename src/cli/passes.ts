import type { PassReport } from '../core/estimate/design/pass-report.ts';
import { estimateOf, passesOf } from '../core/estimate/design/report.ts';
import { loadCycles } from '../core/estimate/workload/timing.ts';
import { STAGE_NAMES, type StageName } from '../core/design/types.ts';
import type { DesignAnalysis } from '../core/schedule/types.ts';
import { percent, table, whole } from './table.ts';

const WHEN: Readonly<Record<PassReport['section'], string>> = {
  begin: 'before the layers',
  layer: 'every layer',
  end: 'after the layers',
};

const WIDTH = 110;

/** Words in lines of a terminal, behind an indent. */
function wrapped(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

function describeStage(stage: StageName, passes: readonly PassReport[]): string {
  const rows = passes.map((pass) => [
    `P${pass.pass}`,
    WHEN[pass.section],
    `${whole(pass.runs)} x`,
    whole(pass.cycles),
    percent(pass.share),
    pass.limitedBy ?? '-',
  ]);
  const unit = stage === 'prefill' ? 'a prompt' : 'a token';
  const [head, ...lines] = table(
    [[stage, 'works', `for ${unit}`, 'cycles', 'share', 'limited by'], ...rows],
    [0, 1, 5],
  ).split('\n');
  return [
    head,
    ...lines.flatMap((line, index) => [
      line,
      wrapped(
        (passes[index] as PassReport).operations.map(({ operation }) => operation),
        '         ',
      ),
    ]),
  ].join('\n');
}

/** The schedule of a legal design with cycles and what limits each pass. */
export function describePasses(analysis: DesignAnalysis): { data: unknown; text: string } {
  const estimate = estimateOf(analysis);
  const passes = passesOf(analysis, estimate);
  const { workload } = estimate;
  return {
    data: { design: analysis.design.name, workload, passes },
    text: [
      ...STAGE_NAMES.map((stage) => describeStage(stage, passes[stage])),
      `Each kernel loads its constants once when it starts, ${STAGE_NAMES.map((stage) => `${stage} in ${whole(loadCycles(analysis, stage))} cycles`).join(', ')}.`,
      `Prompt of ${whole(workload.prompt)} tokens; decode at its first token. Modelled cycles, not measured.`,
    ].join('\n\n'),
  };
}
