import { expectElement, FLOAT, input, int, port, vectors } from './common.ts';
import { type Depths, Refusal, type InstanceContext, type ProcessSpec, type StreamType } from './types.ts';

/** Two fp32 inputs that must travel alike; refuses different lanes, orders or widths. */
export function alike(inputs: Readonly<Record<string, StreamType>>): StreamType {
  const a = input(inputs, 'a');
  const b = input(inputs, 'b');
  expectElement(a, FLOAT, 'a', 'dequantize it first');
  expectElement(b, FLOAT, 'b', 'dequantize it first');
  if (a.lanes !== b.lanes || a.order !== b.order) {
    throw new Refusal(
      `its inputs travel in different forms (${a.lanes} lanes, ${a.order}; ${b.lanes} lanes, ${b.order}); insert a lane adapter.`,
      { port: 'b' },
    );
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
      header: 'elementwise',
      call: `${call}<${type.lanes}>`,
      args: [
        ...inputs.map(port),
        port('out'),
        int('count', ({ outputs }) => vectors(input(outputs, 'out'), design.tp)),
      ],
      cycles: ({ outputs }, run) => vectors(input(outputs, 'out'), design.tp).value(run),
      fill: (_, _run, depths) => ({ depth: depths.loop + depth(depths), entries: 1 }),
    },
  ];
}
