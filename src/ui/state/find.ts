import { type Design, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import { endName } from './wires.ts';

/** Something on a canvas that can be found by name. */
export interface Findable {
  readonly key: string;
  readonly kind: 'instance' | 'operation' | 'stream';
  readonly stage: StageName;
  readonly label: string;
  readonly detail: string;
  /** Instances to bring into view. */
  readonly instances: readonly string[];
  readonly stream?: string;
}

/** Everything on both canvases, instances first. */
export function findables(design: Design): Findable[] {
  const found: Findable[] = [];
  for (const stage of STAGE_NAMES) {
    for (const instance of design.stages[stage].instances) {
      const title = moduleById(instance.module)?.title ?? instance.module;
      found.push({ key: `${stage}/${instance.id}`, kind: 'instance', stage, label: instance.id, detail: title, instances: [instance.id] });
      for (const operation of instance.operations) {
        found.push({ key: `${stage}/${instance.id}/${operation.id}`, kind: 'operation', stage, label: operation.id, detail: `operation of ${instance.id}, ${operation.role}`, instances: [instance.id] });
      }
    }
    for (const stream of design.stages[stage].streams) {
      found.push({ key: `${stage}>${stream.id}`, kind: 'stream', stage, label: `${endName(stream.from)} → ${endName(stream.to)}`, detail: 'stream', instances: [stream.from.instance, stream.to.instance], stream: stream.id });
    }
  }
  const rank = { instance: 0, operation: 1, stream: 2 };
  return found.sort((a, b) => rank[a.kind] - rank[b.kind]);
}
