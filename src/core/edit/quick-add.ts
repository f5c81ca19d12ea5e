import type { Design, Endpoint, Instance, StageName } from '../design/types.ts';
import { moduleById, modulesFor, paramsOf } from '../modules/catalogue.ts';
import { elementName, sameElement } from '../modules/common.ts';
import type { ModuleEntry, PortSpec } from '../modules/types.ts';
import { expectedTensor, newProblems, type PortEnd, tensorOf } from './connection.ts';
import { type Edit, isRefused, type Refused } from './edit.ts';
import { addInstance, findInstance, rolesOf } from './instances.ts';
import { mayMeet } from './open-streams.ts';
import { nominalTensorOf, nominalType } from './nominal.ts';
import { sequence } from './sequence.ts';
import { connect, connectThroughFork, sameEnd } from './streams.ts';

/** A module (and the operation it would do) that could stand at the loose end of a wire. */
export interface QuickAdd {
  readonly key: string;
  readonly entry: ModuleEntry;
  readonly role: string;
  readonly label: string;
  readonly port: string;
  /** `fits`: expected by role and legal; `plain`: takes anything; `close`: the tensor fits, something else does not yet. */
  readonly fit: 'fits' | 'plain' | 'close';
  /** What does not fit yet. */
  readonly reason: string | undefined;
  readonly edit: Edit;
}

const RANK = { fits: 0, plain: 1, close: 2 };
const MAX_TRIALS = 40;

interface Candidate {
  readonly entry: ModuleEntry;
  readonly role: string;
  readonly label: string;
  readonly port: string;
  /** Expected by the role, not merely possible. */
  readonly expected: boolean;
}

/** Whether the port of a loose end carries data or scales. */
function carriesAt(design: Design, stage: StageName, { direction, end }: PortEnd): PortSpec['carries'] {
  const instance = findInstance(design, stage, end.instance);
  const entry = instance && moduleById(instance.module);
  if (!entry) return undefined;
  const ports = direction === 'input' ? entry.inputs : entry.outputs(paramsOf(entry, instance.params));
  return ports.find(({ id }) => id === end.port)?.carries;
}

/** Every operation with a port for the wire, by the names of tensors alone. */
function candidates(design: Design, stage: StageName, port: PortEnd): Candidate[] {
  const found: Candidate[] = [];
  const tensor =
    port.direction === 'output' ? tensorOf(design, stage, port.end) : expectedTensor(design, stage, port.end);
  for (const entry of modulesFor(stage)) {
    for (const role of rolesOf(design, stage, entry)) {
      const ports = port.direction === 'output' ? entry.inputs : entry.outputs(paramsOf(entry, {}));
      for (const { id, carries } of ports) {
        const offers =
          port.direction === 'output'
            ? (role.inputs[id] ?? null)
            : (nominalTensorOf(design, stage, entry.id, role.role, id) ?? null);
        // The scales of a quantizer and data carry the same tensor and never fit one another.
        if (!mayMeet(carriesAt(design, stage, port), carries)) continue;
        if (offers !== null && tensor && offers !== tensor) continue;
        if (offers === null && entry.category !== 'routing' && port.direction === 'input') continue;
        found.push({
          entry,
          role: role.role,
          label: role.label,
          port: id,
          expected: offers !== null && offers === tensor,
        });
        if (entry.category === 'routing') break;
      }
    }
  }
  return found.sort((a, b) => Number(b.expected) - Number(a.expected));
}

/** Adds an instance at the loose end of a wire and connects it: one step. An output that is read already is forked. */
function addAndConnect(
  design: Design,
  stage: StageName,
  port: PortEnd,
  candidate: Candidate,
  at: Instance['position'],
): Edit | Refused {
  let end: Endpoint = { instance: '', operation: '', port: candidate.port };
  return sequence(design, `Add ${candidate.entry.title}`, [
    (present) => addInstance(present, stage, candidate.entry.id, at, candidate.role),
    (present) => {
      const made = present.stages[stage].instances.at(-1);
      end = { instance: made?.id ?? '', operation: made?.operations[0]?.id ?? '', port: candidate.port };
      const [from, to] = port.direction === 'output' ? [port.end, end] : [end, port.end];
      const read = present.stages[stage].streams.some((stream) => sameEnd(stream.from, from));
      const fed = present.stages[stage].streams.some((stream) => sameEnd(stream.to, to));
      const wire = read ? connectThroughFork(present, stage, from, to) : connect(present, stage, from, to, fed);
      return isRefused(wire) ? wire : { ...wire, select: { stage, instances: [end.instance], streams: [] } };
    },
  ]);
}

/** Why a source makes other numbers than an input takes, as far as its role says. */
function otherElement(design: Design, stage: StageName, port: PortEnd, candidate: Candidate): string | undefined {
  if (port.direction === 'output') return undefined;
  const instance = findInstance(design, stage, port.end.instance);
  const role = instance?.operations.find((operation) => operation.id === port.end.operation)?.role;
  const needed =
    instance && role ? nominalType(design, stage, instance.module, role, 'input', port.end.port)?.element : undefined;
  const made = nominalType(design, stage, candidate.entry.id, candidate.role, 'output', candidate.port)?.element;
  return needed && made && !sameElement(needed, made)
    ? `makes ${elementName(made)}, but ${elementName(needed)} is needed`
    : undefined;
}

/**
 * What can be put at the end of a wire that was let go over empty canvas, the best first: what the roles expect, then what
 * takes anything. Among equals, modules that were used recently come first, then operations that the stage lacks.
 * @param recent modules by id, the latest first
 */
export function quickAdds(
  design: Design,
  stage: StageName,
  port: PortEnd,
  at: Instance['position'],
  recent: readonly string[] = [],
): QuickAdd[] {
  const age = ({ entry }: QuickAdd): number => (recent.includes(entry.id) ? recent.indexOf(entry.id) : recent.length);
  if (!findInstance(design, stage, port.end.instance)) return [];
  const present = new Set(
    design.stages[stage].instances.flatMap((instance) =>
      instance.operations.map((operation) => `${instance.module}/${operation.role}`),
    ),
  );
  return candidates(design, stage, port)
    .slice(0, MAX_TRIALS)
    .flatMap((candidate): (QuickAdd & { readonly fresh: boolean })[] => {
      const edit = addAndConnect(design, stage, port, candidate, at);
      if (isRefused(edit)) return [];
      const id = edit.select?.instances[0] ?? '';
      const [problem] = newProblems(design, stage, edit, [
        port.end,
        { instance: id, operation: candidate.role, port: candidate.port },
      ]).filter(({ code }) => code !== 'input-open');
      const reason = problem?.message ?? otherElement(design, stage, port, candidate);
      const { entry, role, label } = candidate;
      return [
        {
          key: `${entry.id}/${role}/${candidate.port}`,
          entry,
          role,
          label,
          port: candidate.port,
          fit: reason ? 'close' : candidate.expected ? 'fits' : 'plain',
          reason,
          edit,
          fresh: !present.has(`${entry.id}/${role}`),
        },
      ];
    })
    .sort((a, b) => RANK[a.fit] - RANK[b.fit] || age(a) - age(b) || Number(b.fresh) - Number(a.fresh));
}
