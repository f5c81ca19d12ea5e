import type { Design, StageGraph, StageName } from '../../core/design/types.ts';
import type { Selection } from './edit.ts';

/** Instances and the streams between them on their way from canvas to canvas, also those of another tab. */
export interface Fragment extends StageGraph {
  readonly stage: StageName;
}

/** Says in the text what it is. */
const FORMAT = 'flexllm-composer/fragment';

/** What is selected, with the streams inside, as text for the clipboard; undefined when no instance is selected. */
export function copyText(design: Design, selection: Selection): string | undefined {
  const graph = design.stages[selection.stage];
  const chosen = new Set(selection.instances);
  const instances = graph.instances.filter((instance) => chosen.has(instance.id));
  if (instances.length === 0) return undefined;
  const streams = graph.streams.filter((stream) => chosen.has(stream.from.instance) && chosen.has(stream.to.instance));
  return `${JSON.stringify({ format: FORMAT, version: 1, stage: selection.stage, instances, streams }, null, 2)}\n`;
}

/** Whether a text claims to be something that was copied here. */
export const isFragment = (text: string): boolean => text.length < 4_000_000 && text.includes(`"${FORMAT}"`);
