import { core, multipliers } from '../ir/call.ts';
import { bitsOf, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, LENGTH, plus, quotient, times } from '../ir/expression.ts';
import { CACHE_PREFETCH, checkDecodeLanes, decodeCacheReader, prefillCacheReader } from './attention-reader.ts';
import {
  accumulator,
  attentionElement,
  ceilDiv,
  ceilLog2,
  expectElement,
  input,
  int,
  macDepth,
  numberParam,
  port,
  readsWire,
  storedElement,
  writesWire,
} from './common.ts';
import {
  accumulators,
  adder,
  buffer,
  fixed,
  fp32,
  type Hardware,
  loops,
  multiplier,
  multipliersOf,
  packed,
  mux,
  registers,
  systolic,
  type Buffer,
  storageOf,
  activations,
} from './hardware.ts';
import { headsPerLane } from './heads.ts';
import { cacheLayout, cacheWidth, wordWidths } from './kv-cache.ts';
import { systolicRow } from './systolic.ts';
import { cache } from './tensors.ts';
import type { InstanceContext, ModuleEntry, Structure, DesignContext, StreamType } from './types.ts';

/** Prefill: tiles of all keys of a head, kept for the other heads of its group. */
const keysOfHead = (design: DesignContext, parallel: number): Buffer =>
  buffer(
    'keys of a head',
    ceilDiv(design.maxKeys, parallel) * design.model.headDim,
    parallel * bitsOf(storedElement(design.recipe)),
  );

/** How often a query comes: with an attention window once for the sinks, and once for the recent keys. */
const turns = ({ window }: DesignContext): number => (window ? 2 : 1);

/** The template argument that says how many keys the first of two queries is for. */
const sinksOf = ({ window }: DesignContext): readonly number[] => (window ? [window.sinks] : []);

/** Decode: the queries of a token, a bank per channel that is multiplied in a cycle. */
const queries = (design: DesignContext, type: StreamType, parallel: number): Buffer =>
  buffer(
    'queries',
    (turns(design) * (design.model.heads / type.lanes) * design.model.headDim) / parallel,
    type.lanes * bitsOf(attentionElement(design.recipe)),
    { banks: parallel },
  );

function prefillStructure({ design, params }: InstanceContext): Structure {
  const element = attentionElement(design.recipe);
  const key = storedElement(design.recipe);
  const { heads, kvHeads, headDim } = design.model;
  const layout = cacheLayout(design, key, cacheWidth(key, headDim));
  const cache = prefillCacheReader(design, layout, 'k');
  const pk = numberParam(params, 'parallel');
  const group = heads / kvHeads;
  return {
    memories: cache.memories,
    wires: [...cache.wires, { name: 'tiles', type: vectorType(key, pk), depth: 2 }],
    processes: [
      ...cache.processes,
      {
        name: 'tiles',
        call: core('kv_tiles', 'key_tiles', [
          key,
          pk,
          headDim,
          layout.width,
          design.maxKeys,
          storageOf(keysOfHead(design, pk)),
        ]),
        args: [
          readsWire('words'),
          writesWire('tiles'),
          int('blocks', () => BLOCKS),
          int('kv_heads', () => kvHeads),
          int('group', () => group),
          int('length', () => LENGTH),
        ],
        cycles: () =>
          times(BLOCKS, kvHeads, plus(times(LENGTH, layout.rowWords), times(group * headDim, quotient(LENGTH, pk)))),
        fill: (_, d) => ({
          depth: d.loop + 1,
          entries: times(BLOCKS, kvHeads, plus(times(2, quotient(LENGTH, pk)), group - 1)),
        }),
      },
      {
        name: 'core',
        call: core('attention_scores', 'attention_scores_prefill', [
          element,
          key,
          design.tp,
          pk,
          headDim,
          storageOf(activations(turns(design) * headDim, design.tp, element)),
          ...sinksOf(design),
        ]),
        args: [
          port('q'),
          readsWire('tiles'),
          port('out'),
          int('rows', () => times(BLOCKS, heads)),
          int('length', () => LENGTH),
        ],
        cycles: () =>
          times(BLOCKS, heads, plus((turns(design) - 1) * headDim, systolicRow(design.tp, pk, headDim, LENGTH))),
        fill: (_, d) => ({ depth: 2 * d.loop + macDepth(element, d), entries: times(BLOCKS, heads) }),
      },
    ],
  };
}

function decodeStructure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['q'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const element = attentionElement(design.recipe);
  const key = storedElement(design.recipe);
  const { heads, headDim } = design.model;
  const kp = numberParam(params, 'parallel');
  const layout = cacheLayout(design, key, kp);
  const cache = decodeCacheReader(design, layout, 'k', type.lanes, numberParam(params, 'prefetch'));
  const perLane = heads / type.lanes;
  return {
    memories: cache.memories,
    wires: cache.wires,
    processes: [
      ...cache.processes,
      {
        name: 'core',
        call: core('attention_scores', 'attention_scores_decode', [
          element,
          key,
          type.lanes,
          kp,
          headDim,
          layout.ports,
          perLane,
          multipliers(multipliersOf(params)),
          storageOf(queries(design, type, kp)),
          ...sinksOf(design),
        ]),
        args: [port('q'), readsWire('words'), port('out'), int('hpl', () => perLane), int('length', () => LENGTH)],
        cycles: () => plus(turns(design) * perLane * headDim, times((perLane * headDim) / kp, LENGTH)),
        fill: (_, d) => ({ depth: 2 * d.loop + macDepth(element, d) + ceilLog2(kp) * d.integerAdd, entries: 1 }),
      },
    ],
  };
}

/** Decode: whether two lanes of a memory share a DSP. */
const inPairs = ({ cachePorts }: DesignContext, lanes: number, params: InstanceContext['params']): boolean =>
  multipliersOf(params) === 'dsp' && (lanes / cachePorts) % 2 === 0;

function hardware({ design, params, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['q'];
  if (!type) return [];
  const element = attentionElement(design.recipe);
  const key = storedElement(design.recipe);
  const { heads, kvHeads, headDim } = design.model;
  const parallel = numberParam(params, 'parallel');
  if (design.stage === 'prefill') {
    return [
      ...systolic(design.tp, parallel, element, key, headDim, 'dsp', turns(design)),
      // key_tiles: a tile is turned from rows to lanes in registers, all tiles of a head are kept for its group.
      registers('tile of keys', headDim * parallel * bitsOf(key)),
      mux('tile of keys', parallel, bitsOf(key), headDim),
      ...(heads > kvHeads ? [keysOfHead(design, parallel)] : []),
      loops(3),
    ];
  }
  const cells = type.lanes * parallel;
  const sum = element.kind === 'float' ? 64 : bitsOf(accumulator(element, key, headDim));
  return [
    ...(element.kind === 'float'
      ? [
          fp32('mul', cells, 'products'),
          fixed('to', cells, 'products in fixed point'),
          fixed('from', type.lanes, 'scores'),
        ]
      : inPairs(design, type.lanes, params)
        ? [
            // The key is what both products have in common.
            multiplier(
              'two products per DSP',
              cells / 2,
              bitsOf(key),
              packed(key, element, 'dsp').operand,
              'two',
              'dsp',
            ),
            adder('packing of queries', cells / 2, bitsOf(element) + 1),
          ]
        : [
            multiplier(
              'products',
              cells,
              bitsOf(element),
              bitsOf(key),
              'one',
              multipliersOf(params) === 'dsp' ? 'dsp' : 'auto',
            ),
          ]),
    adder('adder trees', cells - type.lanes, sum),
    accumulators('sums', type.lanes, sum),
    queries(design, type, parallel),
    loops(2),
  ];
}

/** Queries times keys. */
export const attentionScores: ModuleEntry = {
  id: 'attention_scores',
  title: 'Attention scores (QK)',
  category: 'attention',
  aliases: ['QK', 'query key', 'MHA', 'GQA', 'multi-head attention'],
  help: 'Multiplies the queries by the keys of the KV cache; with grouped-query attention (GQA) several query heads share the keys of one head. Keys of a cache of 4 bits are multiplied as they are. Prefill computes PK keys for TP tokens at once on a systolic array, decode KP channels of one key per lane. With an attention window a query comes twice: for the sinks, and for the recent keys; in prefill the sinks are then whole tiles of PK keys.',
  source: 'FlexLLM (arXiv 2601.15710), MHA modules; cycles: own derivation.',
  stages: ['prefill', 'decode'],
  glyph: 'M4 3.5v13h13zM4 8h4.5v8.5M4 12.3h8.8v4.2',
  barrier: true,
  relies: (stage) => [stage === 'prefill' ? 'prefill_engine' : 'attention_loops'],
  params: [
    {
      id: 'parallel',
      label: 'Key parallelism (PK / KP)',
      short: '∥',
      help: 'Prefill: keys computed side by side (PK). Decode: channels of a key multiplied side by side in every lane (KP), a divisor of the head size.',
      default: 16,
      choices: ({ stage, model, recipe, window }) =>
        stage === 'prefill'
          ? [2, 4, 8, 16, 32, 64].filter((keys) => (window && window.sinks % 2 === 0 ? window.sinks : 0) % keys === 0)
          : wordWidths(storedElement(recipe), model.headDim),
      restrictions: { prefill: 'The header takes any even number; a head size is a multiple of most of these.' },
    },
    {
      id: 'multipliers',
      label: 'Multipliers',
      short: 'multipliers',
      stages: ['decode'],
      help: 'lut: integer products in logic. dsp: on DSPs, two per DSP where an even number of lanes share a memory of the cache and with it the key. fp32 products always take DSPs. Results and cycles are the same.',
      default: 'lut',
      choices: () => ['lut', 'dsp'],
    },
    CACHE_PREFETCH,
  ],
  inputs: [{ id: 'q', label: 'q', help: 'Queries.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'One score per query head and key.' }],
  roles: () => [
    {
      role: 'scores',
      label: 'Queries times keys',
      inputs: { q: 'q' },
      reads: [cache('k')],
      required: 'multiplies queries by keys',
    },
  ],
  infer: (design, _params, _role, inputs) => {
    const type = input(inputs, 'q');
    const element = attentionElement(design.recipe);
    expectElement(
      type,
      element,
      'q',
      element.kind === 'int' ? 'put a static quantizer in front' : 'remove the quantizer in front',
    );
    if (design.stage === 'decode') {
      headsPerLane(type, design.model.heads, 'q');
      checkDecodeLanes(design, type.lanes, 'q');
    }
    return {
      out: {
        ...type,
        tensor: 'scores_raw',
        element: accumulator(element, storedElement(design.recipe), design.model.headDim),
        extent: { kind: 'keys', heads: design.model.heads },
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
      perCycle: input(inputs, 'q').lanes * numberParam(params, 'parallel'),
      element: attentionElement(design.recipe),
    };
  },
  timing: ({ design, params }, { inputs }) => {
    const { heads, headDim } = design.model;
    if (design.stage === 'prefill')
      return {
        preload: 0,
        first: (turns(design) + 1) * headDim + design.tp,
        tail: plus(systolicRow(design.tp, numberParam(params, 'parallel'), headDim, LENGTH), -headDim),
      };
    const perLane = heads / input(inputs, 'q').lanes;
    return {
      preload: 0,
      first: turns(design) * perLane * headDim,
      tail: times((perLane * headDim) / numberParam(params, 'parallel'), LENGTH),
    };
  },
};
