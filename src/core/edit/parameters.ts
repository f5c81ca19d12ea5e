import type { Design, ParamValue, StageName } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import type { Edit } from './edit.ts';
import { draftInstance, findInstance } from './instances.ts';

/** Sets a parameter; streams from ports that no longer exist (a fork with fewer outputs) go with it. */
export function setParam(design: Design, stage: StageName, instance: string, param: string, value: ParamValue): Edit {
  const found = findInstance(design, stage, instance);
  const entry = found && moduleById(found.module);
  const ports =
    found && entry
      ? new Set(entry.outputs(paramsOf(entry, { ...found.params, [param]: value })).map((port) => port.id))
      : undefined;
  return {
    label: `Set ${param} of ${instance} to ${value}`,
    merge: `param/${stage}/${instance}/${param}`,
    sets: `${stage}.${instance}.${param}`,
    recipe: (draft) => {
      const target = draftInstance(draft, stage, instance);
      if (!target) return;
      target.params[param] = value;
      const graph = draft.stages[stage];
      if (ports)
        graph.streams = graph.streams.filter(
          (stream) => stream.from.instance !== instance || ports.has(stream.from.port),
        );
    },
  };
}
