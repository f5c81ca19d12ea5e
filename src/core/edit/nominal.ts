import type { Design, Endpoint, StageName } from '../design/types.ts';
import type { StreamType } from '../modules/types.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { composeDesign } from '../templates/compose.ts';
import { TARGETS, targetById } from '../targets/targets.ts';
import { findInstance } from './instances.ts';

/**
 * What an output carries is derived from what flows into its operation. While nothing does yet, the tensor that the
 * same role makes in a complete design of the same model and recipe is the best that can be said of it.
 */
const known = new WeakMap<Design['recipe'], Map<string, StreamType>>();
const complete = new WeakMap<Design['recipe'], DesignAnalysis | null>();

/** A complete design of the model and recipe of this one; undefined for a model that no template composes. */
export function nominalAnalysis(design: Design): DesignAnalysis | undefined {
  let analysis = complete.get(design.recipe);
  if (analysis === undefined) {
    analysis = compose(design);
    complete.set(design.recipe, analysis);
  }
  return analysis ?? undefined;
}

function compose(design: Design): DesignAnalysis | null {
  const target = targetById(design.target) ?? TARGETS[0];
  try {
    return target
      ? analyze(
          composeDesign({
            name: 'nominal',
            model: design.model,
            recipe: design.recipe,
            target,
            prefill: 'hybrid',
            decode: 'hybrid',
          }),
        )
      : null;
  } catch {
    return null;
  }
}

function types(design: Design): Map<string, StreamType> {
  let map = known.get(design.recipe);
  if (map) return map;
  map = new Map();
  known.set(design.recipe, map);
  for (const stage of Object.values(nominalAnalysis(design)?.stages ?? {})) {
    for (const operation of stage.operations) {
      if (operation.owner.entry.category === 'routing') continue;
      const key = `${stage.stage}/${operation.owner.entry.id}/${operation.role.role}`;
      for (const [port, type] of Object.entries(operation.outputs)) map.set(`${key}/output/${port}`, type);
      for (const [port, type] of Object.entries(operation.inputs)) map.set(`${key}/input/${port}`, type);
    }
  }
  return map;
}

/** What travels through a port of a role of a module, in a complete design. */
export function nominalType(
  design: Design,
  stage: StageName,
  module: string,
  role: string,
  direction: 'input' | 'output',
  port: string,
): StreamType | undefined {
  return types(design).get(`${stage}/${module}/${role}/${direction}/${port}`);
}

/** The tensor that a role of a module makes at an output, in a complete design. */
export function nominalTensorOf(
  design: Design,
  stage: StageName,
  module: string,
  role: string,
  port: string,
): string | undefined {
  return nominalType(design, stage, module, role, 'output', port)?.tensor;
}

/** The tensor that leaves an output, as far as its role says. */
export function nominalTensor(design: Design, stage: StageName, end: Endpoint): string | undefined {
  const instance = findInstance(design, stage, end.instance);
  const role = instance?.operations.find((operation) => operation.id === end.operation)?.role;
  return instance && role ? nominalTensorOf(design, stage, instance.module, role, end.port) : undefined;
}
