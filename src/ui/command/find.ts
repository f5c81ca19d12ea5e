import { groupsOf } from '../../core/design/annotations.ts';
import { type Design, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import { plural } from '../words/format.ts';
import { plainLines } from '../words/markdown.ts';
import { endName } from '../../core/edit/streams.ts';

/** Something on a canvas that can be found by name. */
export interface Findable {
  readonly key: string;
  readonly kind: 'instance' | 'operation' | 'group' | 'note' | 'stream';
  readonly stage: StageName;
  readonly label: string;
  readonly detail: string;
  /** Instances to bring into view. */
  readonly instances: readonly string[];
  readonly stream?: string;
  readonly note?: string;
}

/** Everything on both canvases, instances first. */
export function findables(design: Design): Findable[] {
  const found: Findable[] = [];
  for (const stage of STAGE_NAMES) {
    for (const instance of design.stages[stage].instances) {
      const title = moduleById(instance.module)?.title ?? instance.module;
      found.push({
        key: `${stage}/${instance.id}`,
        kind: 'instance',
        stage,
        label: instance.id,
        detail: title,
        instances: [instance.id],
      });
      for (const operation of instance.operations) {
        found.push({
          key: `${stage}/${instance.id}/${operation.id}`,
          kind: 'operation',
          stage,
          label: operation.id,
          detail: `operation of ${instance.id}, ${operation.role}`,
          instances: [instance.id],
        });
      }
    }
    for (const group of groupsOf(design.stages[stage]))
      found.push({
        key: `${stage}/group:${group.id}`,
        kind: 'group',
        stage,
        label: group.title,
        detail: `group of ${plural(group.members.length, 'instance')}`,
        instances: group.members,
      });
    for (const note of design.stages[stage].notes ?? []) {
      const [first, ...more] = plainLines(note.text).map((line) => line.text);
      found.push({
        key: `${stage}/note:${note.id}`,
        kind: 'note',
        stage,
        label: first ?? 'Empty note',
        detail: more.join(' ').slice(0, 80) || 'note',
        instances: [],
        note: note.id,
      });
    }
    for (const stream of design.stages[stage].streams) {
      found.push({
        key: `${stage}>${stream.id}`,
        kind: 'stream',
        stage,
        label: `${endName(stream.from)} → ${endName(stream.to)}`,
        detail: 'stream',
        instances: [stream.from.instance, stream.to.instance],
        stream: stream.id,
      });
    }
  }
  const rank = { instance: 0, operation: 1, group: 2, note: 3, stream: 4 };
  return found.sort((a, b) => rank[a.kind] - rank[b.kind]);
}
