import type { Draft } from 'immer';
import type { Design, StageGraph, StageName, Window } from '../design/types.ts';
import { longestLaunch, type Segmentation } from '../models/segments.ts';
import { layoutGraph, nodeHeight } from '../templates/layout.ts';
import { memoryGraph, memoryInstances } from '../templates/llama.ts';
import { uniqueName } from './naming.ts';
import { MODEL_LIMITS } from '../models/limits.ts';
import { recipeByName, withFormats } from '../models/recipe.ts';
import { targetById } from '../targets/targets.ts';
import { type DesignNumber, NUMBERS } from '../design/numbers.ts';
import { type Edit, NOTHING, type Refused } from './edit.ts';

/** Edits of the numbers and names that hold for the whole design. */

/** What a user typed as a name, made into one that a design holds; '' when nothing is left of it. */
export function cleanName(name: string): string {
  return (
    name
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u001f\u007f]/g, ' ')
      .trim()
      .slice(0, MODEL_LIMITS.name)
  );
}

export function renameDesign(name: string): Edit | Refused {
  const clean = cleanName(name);
  if (clean === '') return { refused: 'A design needs a name.' };
  return {
    label: `Name the design ${clean}`,
    recipe: (draft) => {
      draft.name = clean;
    },
  };
}

export function setTarget(id: string): Edit | Refused {
  const target = targetById(id);
  if (!target) return { refused: `There is no target '${id}'.` };
  return {
    label: `Target ${target.title}`,
    recipe: (draft) => {
      draft.target = id;
    },
  };
}

export function setRecipe(name: string): Edit | Refused {
  const recipe = recipeByName(name);
  if (!recipe) return { refused: `There is no recipe '${name}'.` };
  return {
    label: `Recipe ${name}`,
    recipe: (draft) => {
      draft.recipe = withFormats(draft.recipe, recipe) as Draft<Design>['recipe'];
    },
  };
}

export function readNumber(design: Design, which: DesignNumber): number {
  switch (which) {
    case 'tokenParallelism':
    case 'cachePorts':
      return design[which];
    case 'workload.prompt':
      return design.workload.prompt;
    case 'workload.generate':
      return design.workload.generate;
    case 'limits.prompt':
      return design.limits.prompt;
    case 'limits.context':
      return design.limits.context;
    case 'limits.chunk':
      return design.limits.chunk ?? design.limits.prompt;
    case 'clocks.prefill':
      return design.clocks.prefill;
    case 'clocks.decode':
      return design.clocks.decode;
  }
}

export function setNumber(which: DesignNumber, value: number): Edit {
  return {
    label: `Set ${NUMBERS[which].label} to ${value}`,
    merge: `number/${which}`,
    sets: which,
    recipe: (draft) => {
      const [group, key] = which.split('.') as [string, string | undefined];
      if (key === undefined) draft[group as 'tokenParallelism' | 'cachePorts'] = value;
      else (draft[group as 'workload' | 'limits' | 'clocks'] as Record<string, number>)[key] = value;
    },
  };
}

/** Prefill in launches of at most so many tokens, or in one whatever the prompt. */
export function setChunk(tokens: number | undefined): Edit {
  if (tokens !== undefined) return setNumber('limits.chunk', tokens);
  return {
    label: 'Prefill in one launch',
    sets: 'limits.chunk',
    recipe: (draft) => {
      delete draft.limits.chunk;
    },
  };
}

/** The step of the sinks of a window: whole blocks of TP tokens, and an even number of keys. */
export const sinkStep = ({ tokenParallelism: tp }: Pick<Design, 'tokenParallelism'>): number =>
  tp % 2 === 0 ? tp : 2 * tp;

/** A window to begin with: some dozens of sinks, and recent tokens over half of what the model was trained for. */
export function initialWindow(design: Design): Window {
  const step = sinkStep(design);
  const { maxPositions } = design.model;
  const sinks = Math.max(1, Math.ceil(Math.min(64, maxPositions / 4) / step)) * step;
  return { sinks, recent: Math.max(1, Math.min(1024, Math.floor(maxPositions / 2))) };
}

/** Attention to the first and the recent tokens of a text, or to all. */
export function setWindow(window: Window | undefined): Edit {
  return {
    label: window ? `Attend to ${window.sinks} first and ${window.recent} recent tokens` : 'Attend to all tokens',
    merge: 'number/window',
    sets: 'window',
    recipe: (draft) => {
      if (window) draft.window = { ...window };
      else delete draft.window;
    },
  };
}

/** Segments to begin with: as long as the launches allow, with some dozens of recalled tokens, and a summary of half of them. */
export function initialSegments({ limits, model }: Design): Segmentation {
  const recall = Math.max(1, Math.min(32, Math.floor(limits.prompt / 8)));
  const others = longestLaunch({ segment: 0, summary: 0, recall, memories: 1 }, model.bos !== null);
  const segment = Math.max(1, limits.prompt - others);
  return { segment, summary: Math.max(1, Math.floor(segment / 2)), recall: Math.min(recall, segment), memories: 64 };
}

/** Below what stands on a canvas, the modules of the hierarchical memory, where there are none. */
function addMemory(graph: Draft<StageGraph>, hmt: Segmentation): void {
  if (memoryInstances(graph as StageGraph).length > 0) return;
  const added = layoutGraph(memoryGraph(hmt));
  const taken = new Set(graph.instances.map(({ id }) => id));
  const named = new Map(added.instances.map(({ id }) => [id, uniqueName(id, taken)]));
  const bottom = Math.max(0, ...graph.instances.map(({ position, ...rest }) => position.y + nodeHeight(rest) + 90));
  for (const instance of added.instances)
    graph.instances.push({
      ...instance,
      params: { ...instance.params },
      operations: instance.operations.map((operation) => ({ ...operation })),
      id: named.get(instance.id) as string,
      position: { x: instance.position.x, y: instance.position.y + bottom },
    });
  for (const { id, from, to } of added.streams) {
    graph.streams.push({
      id: uniqueName(id, new Set(graph.streams.map((stream) => stream.id))),
      from: { ...from, instance: named.get(from.instance) as string },
      to: { ...to, instance: named.get(to.instance) as string },
    });
  }
}

function removeMemory(graph: Draft<StageGraph>): void {
  const gone = new Set(memoryInstances(graph as StageGraph));
  graph.instances = graph.instances.filter(({ id }) => !gone.has(id));
  graph.streams = graph.streams.filter(({ from, to }) => !gone.has(from.instance) && !gone.has(to.instance));
}

/** Prefill in segments, with the modules of their memory, or of texts in one piece without them. */
export function setSegments(hmt: Segmentation | undefined): Edit {
  return {
    label: hmt ? `Read texts in segments of ${hmt.segment} tokens` : 'Read texts in one piece',
    merge: 'number/hmt',
    sets: 'hmt',
    recipe: (draft) => {
      const { prefill } = draft.stages;
      if (hmt) {
        // The modules of a memory with projections are others.
        if (draft.hmt?.projections !== hmt.projections) removeMemory(prefill);
        const { projections, ...sizes } = hmt;
        draft.hmt = { ...sizes, ...(projections ? { projections } : {}) };
        if (prefill.instances.length > 0) addMemory(prefill, hmt);
      } else {
        delete draft.hmt;
        removeMemory(prefill);
      }
    },
  };
}

/** Another document takes the place of this one; undo brings it back. */
export function replaceDesign(next: Design, label: string): Edit {
  return { label, extent: 'document', select: NOTHING, recipe: () => next };
}

/** Empties a stage, for composing it from scratch. */
export function clearStage(stage: StageName): Edit {
  return {
    label: `Clear ${stage}`,
    select: { stage, instances: [], streams: [] },
    recipe: (draft) => {
      draft.stages[stage] = { instances: [], streams: [] };
    },
  };
}
