import { core } from '../ir/call.ts';
import { FUSED_ROLES, type FusedRole, linearShape, matrixSteps } from '../models/architecture.ts';
import { input, int, port } from './common.ts';
import { loops } from './hardware.ts';
import type { ModuleEntry, PortSpec, StreamType } from './types.ts';

interface Wording {
  readonly id: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly help: string;
  readonly label: string;
  readonly glyph: string;
  readonly ports: readonly PortSpec[];
}

/** Parts the results of matrices that an engine multiplies as one: a vector per cycle, each to the output of its matrix. */
export function splitOf(fused: FusedRole, { ports, label, ...words }: Wording): ModuleEntry {
  const { parts, order } = FUSED_ROLES[fused];
  return {
    ...words,
    category: 'routing',
    source: 'One vector per cycle.',
    stages: ['decode'],
    barrier: false,
    params: [],
    inputs: [{ id: 'in', label: 'in', help: `Results of ${parts.join(' and ')}, multiplied as one.` }],
    outputs: () => ports,
    roles: () => [{ role: fused, label, inputs: { in: fused } }],
    infer: ({ model }, _params, _role, inputs) => {
      const type = input(inputs, 'in');
      return Object.fromEntries(
        parts.map((part, index): [string, StreamType] => [
          ports[index]?.id ?? '',
          { ...type, tensor: part, extent: { kind: 'channels', channels: linearShape(model, part).n } },
        ]),
      );
    },
    structure: ({ design, operations }) => {
      const type = operations[0]?.inputs['in'];
      if (!type) return { processes: [], wires: [], memories: [] };
      const counts = order === 'turns' ? parts.slice(0, 1) : parts;
      return {
        memories: [],
        wires: [],
        processes: [
          {
            name: 'core',
            call: core('split', `split_${order}`),
            args: [
              port('in'),
              ...ports.map(({ id }) => port(id)),
              ...counts.map((part, index) =>
                int(counts.length === 1 ? 'count' : `count${index}`, () => matrixSteps(design.model, part, type.lanes)),
              ),
            ],
            cycles: () => matrixSteps(design.model, fused, type.lanes),
          },
        ],
      };
    },
    hardware: () => [loops(1)],
    timing: () => ({ preload: 0, first: 1, tail: 1 }),
  };
}
