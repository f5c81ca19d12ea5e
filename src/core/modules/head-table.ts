import { core } from '../ir/call.ts';
import { type Element, FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, type Expression, LENGTH, plus, times } from '../ir/expression.ts';
import { input, int, port, readsWire, vectors, writesWire } from './common.ts';
import { buffer, type Hardware, loops, type Buffer, storageOf } from './hardware.ts';
import { headOrder, headsOf } from './heads.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import { reader } from './movers.ts';
import type { InstanceContext, OperationContext, Structure } from './types.ts';

const VALUE = vectorType(FLOAT, 1);

/** Factors of the heads that an instance works on, in decode by lane. */
function factors({ design, operations }: InstanceContext): Buffer {
  const lanes = operations[0]?.inputs['in']?.lanes ?? 1;
  const most = Math.max(0, ...operations.map(({ role }) => headsOf(design.model, role)));
  return design.stage === 'prefill'
    ? buffer('factors', most, 32)
    : buffer('factors', Math.ceil(most / lanes), 32, { banks: lanes });
}

/** Structure shared by static quantization and static scaling: a table of one multiplier per head, then one vector per cycle. */
export function headTableStructure(
  instance: InstanceContext,
  call: 'quantize_static' | 'scale_static',
  element: Element,
): Structure {
  const { design, operations } = instance;
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const heads = ({ role }: OperationContext): number => headsOf(design.model, role);
  const most = Math.max(...operations.map(heads));
  const segments = segmentsFor(operations, () => design.model.layers, heads);
  const prefill = design.stage === 'prefill';
  const channels = ({ inputs, role }: OperationContext): Expression => {
    const { extent } = input(inputs, 'in');
    return extent.kind === 'channels' ? extent.channels / headsOf(design.model, role) : LENGTH;
  };
  return {
    memories: [imageMemory('table', VALUE, { kind: 'head_scales', ...headOrder(design) }, segments)],
    wires: [{ name: 'table', type: VALUE, depth: 32 }],
    processes: [
      reader('read_table', 'table', VALUE, writesWire('table'), (operation) => ({
        offset: segmentOffset(segments, operation.role),
        count: heads(operation),
      })),
      {
        name: 'core',
        call: core(call, `${call}_${design.stage}`, [element, type.lanes, most, storageOf(factors(instance))]),
        args: prefill
          ? [
              port('in'),
              readsWire('table'),
              port('out'),
              int('blocks', () => BLOCKS),
              int('heads', heads),
              int('channels', channels),
            ]
          : [
              port('in'),
              readsWire('table'),
              port('out'),
              int('hpl', (operation) => heads(operation) / type.lanes),
              int('channels', channels),
            ],
        cycles: (operation) => plus(heads(operation), vectors(input(operation.inputs, 'in'), design.tp)),
        fill: (operation, d) => ({
          depth: d.loop + 2 * d.multiply + d.convert,
          entries: prefill ? times(BLOCKS, heads(operation)) : heads(operation) / type.lanes,
        }),
      },
    ],
  };
}

/** Hardware of the table; the operators behind it are the module's own. */
export const headTableHardware = (instance: InstanceContext): Hardware => [factors(instance), loops(2)];
