import type { Design, StageGraph } from '../../design/types.ts';
import { moduleById } from '../../modules/catalogue.ts';

/**
 * The design with every module in the structure of FlexLLM's library where ours is a better one (parameter `structure`):
 * for comparing estimates with the published measurements.
 */
export function flexllmStructure(design: Design): Design {
  const convert = (graph: StageGraph): StageGraph => ({
    ...graph,
    instances: graph.instances.map((instance) => {
      const param = moduleById(instance.module)?.params.find((candidate) => candidate.id === 'structure');
      return param ? { ...instance, params: { ...instance.params, structure: 'flexllm' } } : instance;
    }),
  });
  return { ...design, stages: { prefill: convert(design.stages.prefill), decode: convert(design.stages.decode) } };
}
