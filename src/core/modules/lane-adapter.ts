import { core } from '../ir/call.ts';
import { bitsOf } from '../ir/cpp-type.ts';
import { channelsOf, input, int, numberParam, orderOf, port, steps } from './common.ts';
import { found } from './diagnostics.ts';
import { buffer, type Hardware, loops, mux, registers, type Buffer, storageOf } from './hardware.ts';
import { type InstanceContext, type ModuleEntry, Refusal, type StreamType } from './types.ts';

const LANES: readonly number[] = Array.from({ length: 128 }, (_, index) => index + 1);

/** Cycles in which a token leaves: one vector each, or one channel each where banks cannot serve all lanes at once. */
function drain(from: StreamType, to: Pick<StreamType, 'lanes' | 'order'>, channels: number): number {
  const banked = from.order !== to.order || from.lanes % to.lanes === 0 || to.lanes % from.lanes === 0;
  return steps(channels, to.lanes) * (banked ? 1 : to.lanes);
}

interface Banks {
  readonly blocks: number;
  readonly sub: number;
}

/** Banks of lane_adapter.hpp: blocks of the blocked side with the most lanes, in each a bank per lane of the interleaved one. */
function banksOf(sides: readonly Pick<StreamType, 'lanes' | 'order'>[]): Banks {
  return {
    blocks: Math.max(...sides.map((side) => (side.order === 'interleaved' ? 1 : side.lanes))),
    sub: Math.max(...sides.map((side) => (side.order === 'interleaved' ? side.lanes : 1))),
  };
}

/** The token of at most `most` channels that is held between its lanes. */
function token(type: StreamType, out: StreamType, most: number): Buffer {
  const bits = bitsOf(type.element);
  if (drain(type, out, most) !== steps(most, out.lanes))
    return buffer('token', steps(most, type.lanes), bits, { banks: type.lanes });
  const { blocks, sub } = banksOf([type, out]);
  return buffer('token', Math.ceil(Math.ceil(most / blocks) / sub), bits, { banks: blocks * sub });
}

/** Banks and selections of lane_adapter.hpp. */
function hardware({ operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  const out = operations[0]?.outputs['out'];
  if (!type || !out) return [];
  const most = Math.max(...operations.map(({ inputs }) => channelsOf(input(inputs, 'in'))));
  const bits = bitsOf(type.element);
  if (drain(type, out, most) !== steps(most, out.lanes)) {
    return [
      token(type, out, most),
      mux('channel of the cycle', 1, bits, type.lanes),
      registers('vector', out.lanes * bits),
      loops(2),
    ];
  }
  const { blocks, sub } = banksOf([type, out]);
  const banks = blocks * sub;
  /** Banks that one lane of a side can use. */
  const reach = (side: StreamType): number =>
    banks / (side.order === 'interleaved' ? (side.lanes === sub ? sub : 1) : side.lanes === blocks ? blocks : 1);
  return [
    token(type, out, most),
    mux('lane that a bank takes', banks, bits, (type.lanes * reach(type)) / banks),
    mux('bank that a lane takes', out.lanes, bits, reach(out)),
    loops(2),
  ];
}

/** Changes lanes and order of a decode stream. */
export const laneAdapter: ModuleEntry = {
  id: 'lane_adapter',
  title: 'Lane adapter',
  category: 'routing',
  aliases: ['reshape', 'width converter', 'lanes', 'pad', 'crop', 'stream adapter'],
  help: 'Changes the number of lanes and the channel order of a decode stream; channels that do not fill the last vector are padded with zeros and cropped again. It holds one whole token. Between equal orders of which neither lane count divides the other, one channel leaves per cycle.',
  source: 'Own derivation: one token in, then one token out.',
  stages: ['decode'],
  glyph: 'M3 4.5h3.5L13 10h4M3 15.5h3.5L13 10M3 10h10',
  bridges: ['lanes', 'order'],
  barrier: false,
  params: [
    {
      id: 'lanes',
      shapes: 'lanes',
      label: 'Output lanes',
      short: 'lanes',
      help: 'Channels that leave side by side.',
      default: 4,
      choices: () => LANES,
      restrictions: { decode: 'The header takes more; no module works on more than 128 lanes.' },
    },
    {
      id: 'order',
      shapes: 'order',
      label: 'Output order',
      short: '',
      help: 'blocked: lane i carries a contiguous run of channels, as attention needs. interleaved: neighbouring channels travel side by side.',
      default: 'blocked',
      choices: () => ['blocked', 'interleaved'],
    },
  ],
  inputs: [{ id: 'in', label: 'in', carries: 'any', help: 'Any stream of channels.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'The same channels, other lanes.' }],
  roles: () => [{ role: 'adapt', label: 'Adapt', inputs: { in: null } }],
  infer: (_design, params, _role, inputs) => {
    const type = input(inputs, 'in');
    if (type.extent.kind !== 'channels') throw new Refusal(found('channels-expected', {}), { port: 'in' });
    return {
      out: {
        ...type,
        lanes: numberParam(params, 'lanes'),
        order: params['order'] === 'interleaved' ? 'interleaved' : 'blocked',
      },
    };
  },
  structure: ({ operations }) => {
    const type = operations[0]?.inputs['in'];
    const out = operations[0]?.outputs['out'];
    if (!type || !out) return { processes: [], wires: [], memories: [] };
    const most = Math.max(...operations.map(({ inputs }) => channelsOf(input(inputs, 'in'))));
    return {
      memories: [],
      wires: [],
      processes: [
        {
          name: 'core',
          call: core('lane_adapter', 'lane_adapter', [
            type.element,
            type.lanes,
            orderOf(type),
            out.lanes,
            orderOf(out),
            most,
            storageOf(token(type, out, most)),
          ]),
          args: [port('in'), port('out'), int('channels', ({ inputs }) => channelsOf(input(inputs, 'in')))],
          cycles: ({ inputs }) =>
            steps(channelsOf(input(inputs, 'in')), type.lanes) + drain(type, out, channelsOf(input(inputs, 'in'))),
          fill: (_, d) => ({ depth: 2 * d.loop, entries: 1 }),
        },
      ],
    };
  },
  hardware,
  timing: (_instance, { inputs, outputs }) => {
    const type = input(inputs, 'in');
    return {
      preload: 0,
      first: steps(channelsOf(type), type.lanes),
      tail: drain(type, outputs['out'] ?? type, channelsOf(type)),
    };
  },
};
