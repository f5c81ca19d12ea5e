import { countProcesses } from '../src/core/lower/program.ts';
import { type LaunchKind, launchTokens, segmentLaunches } from '../src/core/models/segments.ts';
import { passRuns, runsIn } from '../src/core/schedule/pass-runs.ts';
import type { Program } from '../src/core/lower/types.ts';

/** Counts of a whole run by process and pass, from the entries' formulas: `<stage> <process> <pass>` -> cycles. */
export function expectedCounts(
  prefill: Program,
  decode: Program,
  prompts: readonly number[],
  generated: readonly number[],
): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (
    program: Program,
    run: { blocks: number; length: number; position: number },
    kind: LaunchKind = 'plain',
  ): void => {
    for (const pass of program.analysis.passes) {
      if (!runsIn(pass, kind)) continue;
      const times = passRuns(program.analysis, pass);
      if (times === 0) continue;
      for (const count of countProcesses(program, { layer: 0, ...run })) {
        if (count.pass !== pass.index || count.cycles === 0) continue;
        const key = `${program.stage} ${count.process} ${count.pass}`;
        counts.set(key, (counts.get(key) ?? 0) + times * count.cycles);
      }
    }
  };
  const { tp, maxChunk, window } = prefill.analysis.context;
  // Keys in front of a run: all, or those of the window, in prefill in whole blocks of tokens.
  const before = (position: number, recent: number): number =>
    window ? Math.min(position, window.sinks + recent) : position;
  const blocksOfWindow = window ? Math.ceil((window.recent - 1) / tp) * tp : 0;
  const { hmt, model } = prefill.analysis.context;
  prompts.forEach((length, index) => {
    if (hmt) {
      let first = 0;
      for (const launch of segmentLaunches(hmt, length, model.bos !== null)) {
        first = launchTokens(launch);
        const blocks = Math.ceil(first / tp);
        if (blocks > 0) add(prefill, { blocks, length: blocks * tp, position: 0 }, launch.kind);
      }
      for (let position = first; position < first + (generated[index] ?? 0); position += 1)
        add(decode, { blocks: 1, length: position + 1, position });
      return;
    }
    for (let position = 0; position < length - 1; position += maxChunk) {
      const blocks = Math.ceil(Math.min(maxChunk, length - 1 - position) / tp);
      add(prefill, { blocks, length: before(position, blocksOfWindow) + blocks * tp, position });
    }
    for (let position = length - 1; position < length - 1 + (generated[index] ?? 0); position += 1)
      add(decode, { blocks: 1, length: before(position, (window?.recent ?? 1) - 1) + 1, position });
  });
  return counts;
}

/** Counts as the C-simulation prints them, in the same form. */
export function measuredCounts(
  counts: readonly { stage: string; process: string; pass: number; cycles: number }[],
): Map<string, number> {
  return new Map(counts.map(({ stage, process, pass, cycles }) => [`${stage} ${process} ${pass}`, cycles]));
}
