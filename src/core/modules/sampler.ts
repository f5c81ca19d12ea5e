import { core } from '../ir/call.ts';
import { bytesOf, FLOAT, vectorType } from '../ir/cpp-type.ts';
import { argument, type Expression, POSITION, when } from '../ir/expression.ts';
import {
  ceilDiv,
  channelsOf,
  expectElement,
  float,
  floatsPerWord,
  input,
  int,
  lanesOf,
  numberParam,
  orderOf,
  port,
  readsWire,
  steps,
  unsigned,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { adder, fixed, fp32, type Hardware, loops, multiplier, mux, registers } from './hardware.ts';
import { packVectors, writer } from './movers.ts';
import { NEXT_TOKEN } from './tensors.ts';
import { type InstanceContext, type ModuleEntry, Refusal, type Structure } from './types.ts';

/** A count that is zero unless the test bench asks for a copy of the logits. */
const copied = (words: number): Expression => when('copy_logits', words);

function structure({ params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const channels = channelsOf(type);
  const candidates = numberParam(params, 'candidates');
  const count = steps(channels, type.lanes);
  const width = floatsPerWord(type.lanes);
  const perVector = ceilDiv(type.lanes, width);
  const word = vectorType(FLOAT, width);
  return {
    memories: [
      {
        name: 'logits',
        word,
        direction: 'write',
        content: {
          kind: 'buffer',
          buffer: {
            kind: 'logits',
            name: 'logits',
            bytes: count * perVector * bytesOf(word),
            layout: { channels, ...lanesOf(type), width, words: perVector },
          },
        },
      },
    ],
    wires: [
      { name: 'copy', type: vectorType(FLOAT, type.lanes), depth: 2 },
      { name: 'words', type: word, depth: 32 },
    ],
    processes: [
      {
        name: 'core',
        call: core('sampler', 'sampler', [type.lanes, orderOf(type), candidates]),
        args: [
          port('in'),
          { kind: 'result' },
          writesWire('copy'),
          int('channels', () => channels),
          int('top_k', () => argument('top_k')),
          float('temperature', () => argument('temperature')),
          unsigned('seed', () => argument('seed')),
          int('position', () => POSITION),
          int('copy_on', () => argument('copy_logits')),
        ],
        cycles: () => count + type.lanes * candidates + 2 * candidates,
        // Lists, merge, then difference, product and exponential, and the running sum.
        fill: (_, d) => ({
          depth:
            4 * d.loop +
            2 * d.compare +
            d.reciprocal +
            (d.add + d.multiply + d.exp + d.convert) +
            (d.convert + d.multiply + d.compare),
          entries: 1,
        }),
      },
      {
        name: 'pack',
        call: packVectors(FLOAT, type.lanes, width),
        args: [readsWire('copy'), writesWire('words'), int('count', () => copied(count))],
        cycles: () => copied(count * perVector),
      },
      writer('write', 'logits', word, readsWire('words'), () => ({ offset: 0, count: copied(count * perVector) })),
    ],
  };
}

function hardware({ params, operations }: InstanceContext): Hardware {
  const lanes = operations[0]?.inputs['in']?.lanes ?? 0;
  const places = (lanes + 1) * numberParam(params, 'candidates');
  return [
    registers('candidates: key, id, logit', places * 96),
    adder('comparisons of key and id', places, 64),
    mux('insertion', places, 96, 3),
    mux('merge of the lanes', 1, 96, places),
    fp32('add', 1, 'x - best'),
    fp32('reciprocal', 1, '1 / temperature'),
    fp32('exp', 1, 'weights'),
    fp32('mul', 3, 'over temperature, goal'),
    fixed('to', 1, 'weights in fixed point'),
    fixed('from', 2, 'sums'),
    multiplier('random numbers', 2, 32, 32),
    loops(4),
  ];
}

/** Chooses the next token. */
export const sampler: ModuleEntry = {
  id: 'sampler',
  title: 'Sampler',
  category: 'output',
  aliases: ['top-k', 'greedy', 'argmax', 'temperature', 'next token'],
  help: 'Chooses the next token from the logits: the best one (temperature 0), or one of the best k with the probabilities that the temperature gives. The padding of the vocabulary never wins. The logits can also be written to memory, for tests and perplexity.',
  source: 'Own derivation: parallel insertion into a list per lane, then a serial merge.',
  stages: ['decode'],
  glyph: 'M4 16.5v-4M8 16.5V9M12 16.5v-12M16 16.5v-6M10.2 3h3.6',
  barrier: false,
  params: [
    {
      id: 'candidates',
      label: 'Candidates (largest k)',
      short: 'top',
      help: 'Length of the list of best tokens that every lane keeps; top-k sampling can use at most that many.',
      default: 8,
      choices: () => [1, 2, 4, 5, 8, 16, 32],
      restrictions: {
        decode: 'The header takes 1 to 64; these are the usual k, and longer lists cost registers in every lane.',
      },
    },
  ],
  inputs: [{ id: 'in', label: 'logits', help: 'Logits in fp32.' }],
  outputs: () => [],
  roles: () => [
    {
      role: 'sample',
      label: 'Next token',
      inputs: { in: 'lm_head' },
      writes: [NEXT_TOKEN],
      required: 'chooses the next token',
      section: 'end',
    },
  ],
  infer: (_design, _params, _role, inputs, roles) => {
    expectElement(input(inputs, 'in'), FLOAT, 'in', 'dequantize it first');
    if (roles.length > 1) throw new Refusal(found('sampler-shared', {}));
    return {};
  },
  structure,
  hardware,
  timing: (instance) => {
    const type = instance.operations[0]?.inputs['in'];
    const candidates = numberParam(instance.params, 'candidates');
    return { preload: 0, first: 1, tail: (type?.lanes ?? 1) * candidates + 2 * candidates };
  },
};
