import { core } from '../ir/call.ts';
import { input, int, numberParam, port, vectors } from './common.ts';
import { loops } from './hardware.ts';
import type { ModuleEntry, ParamSpec } from './types.ts';

const MAX_COPIES = 8;

const OUTPUTS: ParamSpec = {
  id: 'outputs',
  label: 'Outputs',
  short: '×',
  help: 'Number of copies of the stream.',
  default: 2,
  choices: () => Array.from({ length: MAX_COPIES - 1 }, (_, index) => index + 2),
};

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
  outputs: (params) =>
    Array.from({ length: Math.min(MAX_COPIES, Math.max(1, Number(params['outputs']) || 1)) }, (_, index) => ({
      id: `out${index}`,
      label: `out${index}`,
      help: 'A copy of the input.',
    })),
  roles: () => [{ role: 'copy', label: 'Copy', inputs: { in: null } }],
  infer: (_design, params, _role, inputs) => {
    const type = input(inputs, 'in');
    return Object.fromEntries(
      Array.from({ length: numberParam(params, 'outputs') }, (_, index) => [`out${index}`, type]),
    );
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
          ...Array.from({ length: numberParam(params, 'outputs') }, (_, index) => port(`out${index}`)),
        ],
        cycles: ({ inputs }) => vectors(input(inputs, 'in'), design.tp),
      },
    ],
  }),
  hardware: () => [loops(1)],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
