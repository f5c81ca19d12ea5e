import { MAX_INSTANCES, readDesign } from '../design/schema.ts';
import type { Design, Instance, StageGraph, StageName } from '../design/types.ts';
import { moduleById, modulesFor, paramsOf } from '../modules/catalogue.ts';
import type { Edit, Refused } from './edit.ts';
import { addCopies } from './copies.ts';
import { type Fragment, isFragment } from './fragment.ts';

/** Reads copied text. It may come from anywhere, so it passes the same schema as a file. */
export function readFragment(design: Design, text: string): Fragment | Refused {
  if (!isFragment(text)) return { refused: 'The clipboard holds nothing from a canvas; copy instances first.' };
  let parsed: { readonly version?: unknown; readonly stage?: unknown } & Partial<Record<keyof StageGraph, unknown>>;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { refused: 'What the clipboard holds is damaged; copy the instances again.' };
  }
  if (parsed.version !== 1)
    return { refused: 'This was copied from a newer version of the composer; reload the page to get that version.' };
  const { stage } = parsed;
  if (stage !== 'prefill' && stage !== 'decode')
    return { refused: 'What the clipboard holds is damaged; copy the instances again.' };
  const empty: StageGraph = { instances: [], streams: [] };
  const { instances, streams, groups, notes } = parsed;
  const part = {
    instances,
    streams,
    ...(groups === undefined ? {} : { groups }),
    ...(notes === undefined ? {} : { notes }),
  };
  const result = readDesign({ ...design, stages: { prefill: empty, decode: empty, [stage]: part } });
  if (!result.ok)
    return { refused: `What the clipboard holds is no part of a design. ${result.problems[0]?.message ?? ''}` };
  return { stage, ...result.design.stages[stage] };
}

function moduleFor(module: string, stage: StageName): string | undefined {
  const here = (id: string | undefined): boolean =>
    id !== undefined && modulesFor(stage).some((entry) => entry.id === id);
  if (!moduleById(module) || here(module)) return module;
  const twin = moduleById(module)?.twin;
  return here(twin) ? twin : undefined;
}

/** Places copied instances, the streams between them, groups and notes on a canvas; their upper left corner comes to `at`, or a little lower than they were. */
export function paste(
  design: Design,
  stage: StageName,
  fragment: Fragment,
  at?: Instance['position'],
  label = 'Paste',
): Edit | Refused {
  const misfits = fragment.instances.filter((instance) => moduleFor(instance.module, stage) === undefined);
  if (misfits.length > 0) {
    const titles = [...new Set(misfits.map((instance) => moduleById(instance.module)?.title ?? instance.module))];
    return {
      refused: `${titles.join(', ')} cannot stand on the ${stage} canvas and ${titles.length === 1 ? 'has' : 'have'} no counterpart there; copy without ${titles.length === 1 ? 'it' : 'them'}.`,
    };
  }
  if (fragment.instances.length + (fragment.notes?.length ?? 0) === 0)
    return { refused: 'Nothing was copied; select instances or notes and copy them first.' };
  const graph = design.stages[stage];
  if (graph.instances.length + fragment.instances.length > MAX_INSTANCES)
    return { refused: `A canvas holds at most ${MAX_INSTANCES} instances.` };
  if ((graph.notes?.length ?? 0) + (fragment.notes?.length ?? 0) > 200)
    return { refused: 'A canvas holds at most 200 notes.' };
  const places = [...fragment.instances, ...(fragment.notes ?? [])].map(({ position }) => position);
  const left = Math.min(...places.map(({ x }) => x));
  const top = Math.min(...places.map(({ y }) => y));
  const offset = at ? { x: Math.round((at.x - left) / 8) * 8, y: Math.round((at.y - top) / 8) * 8 } : { x: 40, y: 40 };
  const instances = fragment.instances.map((instance): Instance => {
    const module = moduleFor(instance.module, stage) ?? instance.module;
    const entry = moduleById(module);
    return entry && module !== instance.module
      ? { ...instance, module, params: paramsOf(entry, instance.params) }
      : instance;
  });
  return addCopies(graph, stage, { ...fragment, instances }, offset, label);
}
