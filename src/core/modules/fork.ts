import { core } from '../ir/call.ts';
import { input, int, port, vectors } from './common.ts';
import { loops } from './hardware.ts';
import type { ModuleEntry, ParamSpec, PortSpec } from './types.ts';

const MAX_COPIES = 8;

const OUTPUTS: ParamSpec = {
  id: 'outputs',
  label: 'Outputs',
  short: '×',
  help: 'Number of copies of the stream.',
  default: 2,
  choices: () => Array.from({ length: MAX_COPIES - 1 }, (_, index) => index + 2),
};

/** As many as the parameter says, within what is legal: a document may say anything. */
const copies = (params: Parameters<ModuleEntry['outputs']>[0]): PortSpec[] =>
  Array.from({ length: Math.min(MAX_COPIES, Math.max(1, Number(params['outputs']) || 1)) }, (_, index) => ({
    id: `out${index}`,
    label: `out${index}`,
    help: 'A copy of the input.',
  }));

/** Copies a stream: in hardware every stream has one reader. */
export const fork: ModuleEntry = {
  id: 'fork',
  title: 'Fork',
  category: 'routing',
  aliases: ['copy', 'broadcast', 'distributor', 'splitter', 'duplicate'],
  help: 'Copies every vector to all of its outputs. In hardware every stream has exactly one reader, so whatever is needed twice passes a fork.',
  source: 'One vector per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 10h4.5c3.5 0 3-5 6.5-5h3M7.5 10c3.5 0 3 5 6.5 5h3',
  copies: 'outputs',
  barrier: false,
  params: [OUTPUTS],
  inputs: [{ id: 'in', label: 'in', carries: 'any', help: 'Any stream.' }],
  outputs: copies,
  roles: () => [{ role: 'copy', label: 'Copy', inputs: { in: null } }],
  infer: (_design, params, _role, inputs) => {
    const type = input(inputs, 'in');
    return Object.fromEntries(copies(params).map(({ id }) => [id, type]));
  },
  structure: ({ design, params }) => ({
    memories: [],
    wires: [],
    processes: [
      {
        name: 'core',
        call: core('fork', 'fork'),
        args: [
          int('count', ({ inputs }) => vectors(input(inputs, 'in'), design.tp)),
          port('in'),
          ...copies(params).map(({ id }) => port(id)),
        ],
        cycles: ({ inputs }) => vectors(input(inputs, 'in'), design.tp),
      },
    ],
  }),
  hardware: () => [loops(1)],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
