import type { Design, Endpoint, StageName } from '../../core/design/types.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { composeDesign } from '../../core/templates/compose.ts';
import { TARGETS, targetById } from '../../core/targets/targets.ts';
import { findInstance } from './edits.ts';

/**
 * What an output carries is derived from what flows into its operation. While nothing does yet, the tensor that the
 * same role makes in a complete design of the same model and recipe is the best that can be said of it.
 */
const known = new WeakMap<Design['recipe'], Map<string, string>>();

function tensors(design: Design): Map<string, string> {
  let map = known.get(design.recipe);
  if (map) return map;
  map = new Map();
  known.set(design.recipe, map);
  const target = targetById(design.target) ?? TARGETS[0];
  if (!target) return map;
  try {
    const complete = analyze(composeDesign({ name: 'nominal', model: design.model, recipe: design.recipe, target, prefill: 'hybrid', decode: 'hybrid' }));
    for (const stage of Object.values(complete.stages)) {
      for (const operation of stage.operations) {
        if (operation.owner.entry.category === 'routing') continue;
        for (const [port, type] of Object.entries(operation.outputs)) map.set(`${stage.stage}/${operation.owner.entry.id}/${operation.role.role}/${port}`, type.tensor);
      }
    }
  } catch {
    // A model that no template composes: then nothing is known, and nothing is refused for it.
  }
  return map;
}

/** The tensor that leaves an output, as far as its role says. */
export function nominalTensor(design: Design, stage: StageName, end: Endpoint): string | undefined {
  const instance = findInstance(design, stage, end.instance);
  const role = instance?.operations.find((operation) => operation.id === end.operation)?.role;
  return instance && role ? tensors(design).get(`${stage}/${instance.module}/${role}/${end.port}`) : undefined;
}
