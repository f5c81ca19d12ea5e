import { core } from '../ir/call.ts';
import { bitsOf, type Element, FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, LENGTH, plus, times } from '../ir/expression.ts';
import { normalisesResult } from '../models/recipe.ts';
import {
  CACHE_PREFETCH,
  checkDecodeLanes,
  decodeCacheReader,
  prefillCacheReader,
  unpackingHardware,
} from './attention-reader.ts';
import {
  accumulator,
  attentionElement,
  ceilDiv,
  expectElement,
  input,
  int,
  macDepth,
  numberParam,
  probabilityElement,
  readsWire,
  storedElement,
  writesWire,
} from './common.ts';
import {
  adder,
  buffer,
  fixed,
  type Hardware,
  loops,
  macPairs,
  multiplier,
  mux,
  registers,
  systolic,
  type Buffer,
  storageOf,
  activations,
} from './hardware.ts';
import { headsPerLane } from './heads.ts';
import { cacheLayout, cacheWidth, wordWidths } from './kv-cache.ts';
import { normalised, normalisingHardware } from './normalise.ts';
import { systolicRow } from './systolic.ts';
import { cache } from './tensors.ts';
import type { InstanceContext, ModuleEntry, Structure, DesignContext } from './types.ts';

/** Channels of a line of value_tiles, each a bank. */
const lineOf = ({ model, recipe }: DesignContext, parallel: number): number =>
  Math.max(parallel, cacheWidth(attentionElement(recipe), model.headDim));

/** Decode: whether sums grow in the accumulators of DSPs. */
const sumsInDsps = (params: InstanceContext['params']): boolean => params['sums'] === 'dsp';

/** Sums of weighted values. */
const accumulatorOf = (design: DesignContext): Element =>
  accumulator(probabilityElement(design.recipe), attentionElement(design.recipe), design.maxKeys);

/** Prefill: all values of a head. */
function valuesOfHead(design: DesignContext, parallel: number): Buffer {
  const lanes = lineOf(design, parallel);
  return buffer(
    'values of a head',
    design.maxKeys * ceilDiv(design.model.headDim, lanes),
    bitsOf(attentionElement(design.recipe)),
    { banks: lanes },
  );
}

function prefillStructure({ design, params }: InstanceContext): Structure {
  const element = attentionElement(design.recipe);
  const { heads, kvHeads, headDim } = design.model;
  const layout = cacheLayout(design, storedElement(design.recipe), cacheWidth(element, headDim));
  const cache = prefillCacheReader(design, layout, 'v');
  const vp = numberParam(params, 'parallel');
  const group = heads / kvHeads;
  const around = normalised(design, design.tp, accumulatorOf(design), {
    rows: times(BLOCKS, heads),
    length: LENGTH,
    most: design.maxKeys,
    coreDepth: (d) => macDepth(element, d),
  });
  return {
    memories: cache.memories,
    wires: [...cache.wires, ...around.wires, { name: 'tiles', type: vectorType(element, vp), depth: 2 }],
    processes: [
      ...cache.processes,
      {
        name: 'tiles',
        call: core('kv_tiles', 'value_tiles', [
          element,
          vp,
          headDim,
          layout.width,
          design.maxKeys,
          storageOf(valuesOfHead(design, vp)),
        ]),
        args: [
          readsWire('words'),
          writesWire('tiles'),
          int('blocks', () => BLOCKS),
          int('kv_heads', () => kvHeads),
          int('group', () => group),
          int('length', () => LENGTH),
        ],
        cycles: () => times(BLOCKS, kvHeads, LENGTH, layout.rowWords + group * ceilDiv(headDim, vp)),
        fill: (_, d) => ({ depth: 2 * d.loop + 1, entries: times(BLOCKS, kvHeads) }),
      },
      ...around.before,
      {
        name: 'core',
        call: core('attention_values', 'attention_values_prefill', [
          probabilityElement(design.recipe),
          element,
          design.tp,
          vp,
          headDim,
          design.maxKeys,
          storageOf(activations(design.maxKeys, design.tp, probabilityElement(design.recipe))),
        ]),
        args: [
          around.weights,
          readsWire('tiles'),
          around.results,
          int('rows', () => times(BLOCKS, heads)),
          int('length', () => LENGTH),
        ],
        cycles: () => times(BLOCKS, heads, systolicRow(design.tp, vp, LENGTH, headDim)),
        fill: (_, d) => ({ depth: 2 * d.loop + macDepth(element, d), entries: times(BLOCKS, heads) }),
      },
      ...around.behind,
    ],
  };
}

function decodeStructure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['probs'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const element = attentionElement(design.recipe);
  const { heads, headDim } = design.model;
  const vp = numberParam(params, 'parallel');
  const layout = cacheLayout(design, storedElement(design.recipe), vp);
  const cache = decodeCacheReader(design, layout, 'v', type.lanes, numberParam(params, 'prefetch'));
  const perLane = heads / type.lanes;
  const around = normalised(design, type.lanes, accumulatorOf(design), {
    rows: perLane,
    length: LENGTH,
    most: design.maxKeys,
    coreDepth: (d) => macDepth(element, d),
  });
  return {
    memories: cache.memories,
    wires: [...cache.wires, ...around.wires],
    processes: [
      ...cache.processes,
      ...around.before,
      {
        name: 'core',
        call: core('attention_values', 'attention_values_decode', [
          probabilityElement(design.recipe),
          element,
          type.lanes,
          vp,
          headDim,
          layout.ports,
          design.maxKeys,
          ...(sumsInDsps(params) ? [true] : []),
        ]),
        args: [
          around.weights,
          readsWire('words'),
          around.results,
          int('hpl', () => perLane),
          int('length', () => LENGTH),
        ],
        cycles: () => times(perLane, plus(times(LENGTH, headDim / vp), headDim)),
        fill: (_, d) => ({ depth: 2 * d.loop + macDepth(element, d), entries: perLane }),
      },
      ...around.behind,
    ],
  };
}

function hardware({ design, params, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['probs'];
  if (!type) return [];
  const element = attentionElement(design.recipe);
  const weight = probabilityElement(design.recipe);
  const bits = bitsOf(element);
  const { headDim } = design.model;
  const parallel = numberParam(params, 'parallel');
  if (design.stage === 'prefill') {
    const lanes = lineOf(design, parallel);
    return [
      ...normalisingHardware(design, design.tp, design.maxKeys),
      ...unpackingHardware(design, cacheWidth(element, headDim), 1),
      ...systolic(design.tp, parallel, weight, element, design.maxKeys),
      // value_tiles: the rows of a head, one bank per channel of a line.
      valuesOfHead(design, parallel),
      mux('tile of values', parallel, bits, lanes / parallel),
      loops(2),
    ];
  }
  if (sumsInDsps(params)) {
    const cells = type.lanes * parallel;
    return [
      ...normalisingHardware(design, type.lanes, design.maxKeys),
      ...unpackingHardware(design, parallel, design.cachePorts),
      multiplier('products and their sums', cells, bitsOf(weight) + 1, bits, 'sum', 'dsp'),
      mux('result of the cycle', type.lanes, bitsOf(accumulatorOf(design)), parallel),
      loops(2),
    ];
  }
  const unit = macPairs((type.lanes * parallel) / 2, weight, element, design.maxKeys, 'dsp');
  const rest = headDim / parallel - 1;
  return [
    ...normalisingHardware(design, type.lanes, design.maxKeys),
    ...unpackingHardware(design, parallel, design.cachePorts),
    ...unit.parts,
    ...(element.kind === 'float'
      ? [fixed('from', type.lanes, 'results')]
      : [adder('packing of values', (design.cachePorts * parallel) / 2, bits + 1)]),
    ...(rest > 0
      ? [
          registers('sums that rotate', rest * type.lanes * parallel * unit.sum),
          mux('sums that rotate', type.lanes * parallel, unit.sum, 2),
        ]
      : []),
    mux('result of the cycle', type.lanes, unit.sum, parallel),
    loops(2),
  ];
}

/** Attention probabilities times values. */
export const attentionValues: ModuleEntry = {
  id: 'attention_values',
  title: 'Attention values (AV)',
  category: 'attention',
  aliases: ['AV', 'probability value', 'MHA', 'GQA', 'multi-head attention', 'context'],
  help: 'Sums the values of the KV cache, weighted by the attention probabilities; where the recipe normalises the result, weighted by exponentials, which it rounds to 8 bits where attention is in integers, and divided by their sum. Prefill computes VP channels for TP tokens at once on a systolic array, decode VP channels of one value per lane.',
  source: 'FlexLLM (arXiv 2601.15710), MHA modules; cycles: own derivation.',
  stages: ['prefill', 'decode'],
  glyph: 'M4 5h6M4 10h9M4 15h4M16.5 3.5v13M13 10l3.5-3',
  barrier: true,
  relies: (stage) => [stage === 'prefill' ? 'prefill_engine' : 'attention_loops'],
  params: [
    {
      id: 'parallel',
      label: 'Value parallelism (PV / VP)',
      short: '∥',
      help: 'Channels of the head computed side by side, for every token (prefill) or lane (decode). In decode a divisor of the head size.',
      default: 16,
      choices: ({ stage, model, recipe }) =>
        stage === 'prefill'
          ? [2, 4, 8, 16, 32, 64]
          : // The scale of a value of 4 bits lies in four channels.
            wordWidths(attentionElement(recipe), model.headDim).filter((width) => width % (recipe.cache ? 4 : 2) === 0),
      restrictions: { prefill: 'The header takes more even numbers; a head size is a multiple of most of these.' },
    },
    {
      id: 'sums',
      label: 'Sums',
      short: 'sums',
      stages: ['decode'],
      help: 'logic: two products per DSP, added up in logic. dsp: a product per DSP, which adds it up in its own accumulator; for 8-bit values, all channels of the head side by side. Twice the DSPs, far fewer LUTs. Results and cycles are the same.',
      default: 'logic',
      choices: ({ stage, model, recipe }, params) =>
        stage === 'decode' && attentionElement(recipe).kind === 'int' && params['parallel'] === model.headDim
          ? ['logic', 'dsp']
          : ['logic'],
    },
    CACHE_PREFETCH,
  ],
  inputs: [{ id: 'probs', label: 'probs', help: 'Attention probabilities.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Result of attention per query head.' }],
  roles: () => [
    {
      role: 'values',
      label: 'Probabilities times values',
      inputs: { probs: 'probs' },
      reads: [cache('v')],
      required: 'multiplies probabilities by values',
    },
  ],
  infer: (design, _params, _role, inputs) => {
    const type = input(inputs, 'probs');
    const normalises = normalisesResult(design.recipe);
    const element = normalises ? FLOAT : probabilityElement(design.recipe);
    expectElement(
      type,
      element,
      'probs',
      element.kind === 'int' ? 'put a static quantizer in front' : 'remove the quantizer in front',
    );
    if (design.stage === 'decode') {
      headsPerLane(type, design.model.heads, 'probs');
      checkDecodeLanes(design, type.lanes, 'probs');
    }
    return {
      out: {
        ...type,
        tensor: attentionElement(design.recipe).kind === 'int' ? 'attn_raw' : 'attn',
        element: normalises ? FLOAT : accumulatorOf(design),
        extent: { kind: 'channels', channels: design.model.heads * design.model.headDim },
      },
    };
  },
  structure: (instance) =>
    instance.design.stage === 'prefill' ? prefillStructure(instance) : decodeStructure(instance),
  hardware,
  arithmetic: ({ design, params }, { inputs }) => {
    const { heads, headDim } = design.model;
    const rows = design.stage === 'prefill' ? times(BLOCKS, design.tp) : 1;
    return {
      macs: times(rows, heads * headDim, LENGTH),
      perCycle: input(inputs, 'probs').lanes * numberParam(params, 'parallel'),
      element: attentionElement(design.recipe),
    };
  },
  timing: ({ design, params }, { inputs }) => {
    const { headDim } = design.model;
    const parallel = numberParam(params, 'parallel');
    if (design.stage === 'prefill')
      return {
        preload: 0,
        first: plus(times(2, LENGTH), design.tp),
        tail: plus(systolicRow(design.tp, parallel, LENGTH, headDim), times(-1, LENGTH)),
      };
    // The inverses of the sums of the lanes are taken in turn, while the sums of the values begin to leave.
    const inverses = normalisesResult(design.recipe) ? input(inputs, 'probs').lanes : 0;
    return {
      preload: 0,
      first: plus(times(LENGTH, headDim / parallel), inverses),
      tail: headDim + inverses,
    };
  },
};
