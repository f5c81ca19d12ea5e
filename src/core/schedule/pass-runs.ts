/** How often the passes of a stage run. */
import { cached } from '../design/cache.ts';
import type { LaunchKind } from '../models/segments.ts';
import type { Pass, ResolvedOperation, StageAnalysis } from './types.ts';

/** Where nothing in a stage follows the layers, and what an operation sends nobody then reads in the last of them. */
const idleInLastLayer = ({ owner, outgoing }: ResolvedOperation): boolean =>
  outgoing.size === 0 && owner.entry.idleInLastLayer?.(owner.params) === true;

/**
 * Passes of a layer that the last layer does without: from the first one on behind which all that leaves the stage is left
 * out there. A FIFO that a pass before fills for one of them would never be emptied, so it keeps its reader working.
 */
const skippedInLastLayer = cached((stage: StageAnalysis): number => {
  if (stage.passes.some(({ section }) => section !== 'begin' && section !== 'layer')) return 0;
  const layer = stage.passes.filter(({ section }) => section === 'layer');
  const after = (layer.at(-1)?.index ?? -1) + 1;
  let from = after;
  for (const { index, operations } of [...layer].reverse()) {
    const sinks = operations.filter(({ outgoing }) => outgoing.size === 0);
    if (!sinks.every(idleInLastLayer)) break;
    from = index;
  }
  for (let kept = -1; kept !== from; ) {
    kept = from;
    for (const stream of stage.streams)
      if (stream.kind === 'carry_fifo' && stream.from.pass < from && stream.to.pass >= from) from = stream.to.pass + 1;
  }
  return after - from;
});

/** Passes of the last layer, of those of a layer. */
export const passesOfLastLayer = (stage: StageAnalysis): number =>
  stage.passes.filter(({ section }) => section === 'layer').length - skippedInLastLayer(stage);

/** Whether a pass runs in a launch: those behind the layers of a launch in segments are for one kind of launches. */
export const runsIn = ({ section }: Pass, kind: LaunchKind): boolean =>
  (section !== 'summary' && section !== 'memory') || section === kind;

/** How often a pass runs per run of the stage, in the launches in which it does. */
export function passRuns(stage: StageAnalysis, pass: Pass): number {
  if (pass.section !== 'layer') return 1;
  const { layers } = stage.context.model;
  const skipped = skippedInLastLayer(stage);
  if (skipped === 0) return layers;
  const begin = stage.passes.findIndex(({ section }) => section === 'layer');
  return pass.index < begin + passesOfLastLayer(stage) ? layers : layers - 1;
}
