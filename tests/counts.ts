import { countProcesses } from '../src/core/lower/program.ts';
import { passRuns } from '../src/core/schedule/pass-runs.ts';
import type { Program } from '../src/core/lower/types.ts';

/** Counts of a whole run by process and pass, from the entries' formulas: `<stage> <process> <pass>` -> cycles. */
export function expectedCounts(
  prefill: Program,
  decode: Program,
  prompts: readonly number[],
  generated: readonly number[],
): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (program: Program, run: { blocks: number; length: number; position: number }): void => {
    for (const pass of program.analysis.passes) {
      const times = passRuns(program.analysis, pass);
      if (times === 0) continue;
      for (const count of countProcesses(program, { layer: 0, ...run })) {
        if (count.pass !== pass.index || count.cycles === 0) continue;
        const key = `${program.stage} ${count.process} ${count.pass}`;
        counts.set(key, (counts.get(key) ?? 0) + times * count.cycles);
      }
    }
  };
  const { tp, maxChunk } = prefill.analysis.context;
  prompts.forEach((length, index) => {
    for (let position = 0; position < length - 1; position += maxChunk) {
      const blocks = Math.ceil(Math.min(maxChunk, length - 1 - position) / tp);
      add(prefill, { blocks, length: position + blocks * tp, position });
    }
    for (let step = 0; step < (generated[index] ?? 0); step += 1)
      add(decode, { blocks: 1, length: length + step, position: length - 1 + step });
  });
  return counts;
}

/** Counts as the C-simulation prints them, in the same form. */
export function measuredCounts(
  counts: readonly { stage: string; process: string; pass: number; cycles: number }[],
): Map<string, number> {
  return new Map(counts.map(({ stage, process, pass, cycles }) => [`${stage} ${process} ${pass}`, cycles]));
}
