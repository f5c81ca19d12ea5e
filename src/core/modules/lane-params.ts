import type { ParamSpec } from './types.ts';

const LANES = [1, 2, 4, 8, 16, 32, 64, 128] as const;

/** Lanes and channel order of a decode stream that a module starts; prefill streams always carry TP tokens. */
export const laneParams: readonly ParamSpec[] = [
  {
    id: 'lanes',
    shapes: 'lanes',
    label: 'Lanes',
    stages: ['decode'],
    short: 'lanes',
    help: 'Channels of one token that travel side by side in decode. Prefill ignores it: there TP tokens travel side by side.',
    default: 4,
    choices: () => LANES,
    restrictions: {
      decode: 'The header takes any number; with powers of two the lanes of neighbours divide one another.',
    },
  },
  {
    id: 'order',
    shapes: 'order',
    label: 'Channel order',
    stages: ['decode'],
    short: '',
    help: 'blocked: lane i carries a contiguous run of channels, as attention needs. interleaved: neighbouring channels travel side by side.',
    default: 'blocked',
    choices: () => ['blocked', 'interleaved'],
  },
];
