import { create } from 'zustand';
import { longestPrompt } from '../../core/estimate/workload/workload.ts';
import type { Design } from '../../core/design/types.ts';

/** The run that the rooflines are drawn for; nothing: that of the design's workload. It belongs to no document. */
interface RunState {
  readonly prompt: number | undefined;
  readonly context: number | undefined;
}

export const useRun = create<RunState>(() => ({ prompt: undefined, context: undefined }));

/** The run of the workload: its whole prompt, and the token in the middle of the answer. */
export function runOfWorkload({ workload }: Pick<Design, 'workload'>): { prompt: number; context: number } {
  return { prompt: workload.prompt, context: workload.prompt + Math.floor(workload.generate / 2) };
}

/** What the sliders stand at, within the limits of the design. */
export function shownRun(
  design: Pick<Design, 'workload' | 'limits' | 'hmt'>,
  state: RunState,
): { prompt: number; context: number } {
  const own = runOfWorkload(design);
  const within = (value: number, most: number): number => Math.max(1, Math.min(value, most));
  return {
    prompt: Math.max(2, within(state.prompt ?? own.prompt, longestPrompt(design))),
    context: within(state.context ?? own.context, design.limits.context),
  };
}
