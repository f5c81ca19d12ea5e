import { core } from '../ir/call.ts';
import { FLOAT } from '../ir/cpp-type.ts';
import type { Depths } from '../ir/timing.ts';
import { expectElement, input, int, port, vectors } from './common.ts';
import { found } from './diagnostics.ts';
import { type InstanceContext, type ProcessSpec, Refusal, type StreamType } from './types.ts';

/** Two fp32 inputs that must travel alike; refuses different lanes, orders or widths. */
export function alike(inputs: Readonly<Record<string, StreamType>>): StreamType {
  const a = input(inputs, 'a');
  const b = input(inputs, 'b');
  expectElement(a, FLOAT, 'a', 'dequantize it first');
  expectElement(b, FLOAT, 'b', 'dequantize it first');
  if (a.lanes !== b.lanes || a.order !== b.order) {
    throw new Refusal(found('forms-differ', { lanes: [a.lanes, b.lanes], order: [a.order, b.order] }), { port: 'b' });
  }
  return a;
}

/** The one process of a module that works on one vector per cycle. */
export function elementwiseProcess(
  { design, operations }: InstanceContext,
  call: string,
  inputs: readonly string[],
  depth: (depths: Depths) => number,
): ProcessSpec[] {
  const type = operations[0]?.outputs['out'];
  if (!type) return [];
  return [
    {
      name: 'core',
      call: core('elementwise', call, [type.lanes]),
      args: [
        ...inputs.map(port),
        port('out'),
        int('count', ({ outputs }) => vectors(input(outputs, 'out'), design.tp)),
      ],
      cycles: ({ outputs }) => vectors(input(outputs, 'out'), design.tp),
      fill: (_, depths) => ({ depth: depths.loop + depth(depths), entries: 1 }),
    },
  ];
}
