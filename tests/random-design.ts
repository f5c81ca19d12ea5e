/** Random models, weights and legal designs, reproducible from a seed. */
import {
  type Design,
  GROUP_COLOURS,
  type Group,
  type Note,
  type StageGraph,
  type StageName,
} from '../src/core/design/types.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import {
  type LinearRecipe,
  needsFastEngines,
  type Recipe,
  RECIPES,
  sparsitiesOf,
  SPARSITY_PATTERNS,
  withGroupsFor,
} from '../src/core/models/recipe.ts';
import { divisors, isPowerOfTwo } from '../src/core/modules/common.ts';
import { applyEdit } from '../src/core/edit/edit.ts';
import { setSegments, sinkStep } from '../src/core/edit/settings.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { TARGETS, type Target } from '../src/core/targets/targets.ts';
import { composeDesign } from '../src/core/templates/compose.ts';
import { TEMPLATE_STYLES } from '../src/core/templates/llama.ts';

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

/** A small model with sizes that divide by nothing in particular. */
export function randomModel(random: Random): Architecture {
  const kvHeads = random.int(1, 4);
  const hidden = random.int(5, 24) * 2;
  const heads = kvHeads * random.int(1, 3);
  const whole = random.next() < 0.2 ? WHOLE : {};
  return {
    name: 'random',
    layers: random.int(1, 2),
    hidden,
    heads,
    kvHeads,
    headDim: random.int(2, 6) * 2,
    ffn: random.pick([32, 64, random.int(10, 50)]),
    vocab: random.int(30, 90),
    maxPositions: 64,
    ropeTheta: 10000,
    ropeScaling:
      random.next() < 0.3
        ? { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 32 }
        : null,
    normEpsilon: 1e-5,
    tiedHead: random.next() < 0.5,
    bos: 0,
    eos: [1],
    ...whole,
  };
}

/** Sizes of a model whose weights can have scales of groups of input channels. */
const WHOLE = { hidden: 48, heads: 4, kvHeads: 2, headDim: 8, ffn: 64 };

const ACTIVATIONS: readonly LinearRecipe['activations'][] = [
  'fp32',
  { bits: 8, symmetric: true },
  { bits: 8, symmetric: false },
  { bits: 6, symmetric: true },
  { bits: 6, symmetric: false },
  { bits: 4, symmetric: true },
  { bits: 4, symmetric: false },
];

/** One of the recipes, or every tensor class on its own. */
export function randomRecipe(random: Random): Recipe {
  if (random.next() < 0.6) return random.pick(RECIPES);
  const linear = (): LinearRecipe => {
    const activations = random.pick(ACTIVATIONS);
    if (activations === 'fp32') return { activations, weights: 'fp32' };
    const weights = random.pick(['int8', 'int6', 'int4', 'int2', 'ternary'] as const);
    const sparsity = {
      ...random.pick(SPARSITY_PATTERNS),
      by: random.pick(['magnitude', 'activations'] as const),
      pairs: random.next() < 0.5,
    };
    return {
      activations,
      weights,
      ...(weights !== 'int8' && weights !== 'int6' && random.next() < 0.5 ? { group: 16 } : {}),
      ...(random.next() < 0.3 && weights !== 'ternary' ? { sparsity } : {}),
    };
  };
  const qkvo = linear();
  const ffn = random.next() < 0.5 ? qkvo : linear();
  return {
    name: 'mixed',
    qkvo,
    ffn,
    lmHead: random.next() < 0.5 ? ffn : linear(),
    attention: random.pick(['fp32', 'int8'] as const),
    downHadamard: random.next() < 0.5,
  };
}

/** With int8 attention a third of the designs have a KV cache of 4 bits, as far as the head size allows it. */
function cached(random: Random, { headDim }: Architecture, { cache, ...recipe }: Recipe): Recipe {
  const four = random.next() < 0.35 || cache !== undefined;
  if (!four || recipe.attention === 'fp32' || headDim % 4 !== 0) return recipe;
  return { ...recipe, cache: { bits: 4, ...(random.next() < 0.5 ? { group: 8 } : {}) } };
}

const LIMITS = { prompt: 24, context: 48 };

/** A random legal design for a model: parallelisms, lane orders, styles, and operations moved between instances. */
export function randomDesign(random: Random, model: Architecture, wanted: Recipe, name: string): Design {
  // An odd width cannot be rotated.
  const recipe: Recipe = {
    ...withGroupsFor(model, cached(random, model, wanted)),
    downHadamard: wanted.downHadamard && model.ffn % 2 === 0,
    normalise: random.pick(['probabilities', 'result'] as const),
  };
  const cachePorts = random.pick(divisors(model.kvHeads));
  const headLanes = cachePorts * random.pick(divisors(model.heads / model.kvHeads));
  const powers = divisors(model.headDim).filter(isPowerOfTwo);
  const most = recipe.attention === 'fp32' ? 16 : 64;
  const parallel = (least: number): number => random.pick(powers.filter((value) => value >= least && value <= most));
  const four = recipe.cache !== undefined;
  // A third of the engines of decode are rows of slices: an even WP, and a word of at most 64 bytes in every format.
  const slices = random.next() < 0.35 || needsFastEngines(recipe) ? random.pick([1, 2, 3, 5]) : undefined;
  // Blocks of channels arrive side by side.
  const patterns = sparsitiesOf(recipe);
  const keep = Math.max(1, ...patterns.map((own) => own.keep));
  const side = keep * Math.max(1, ...patterns.map((own) => own.of / own.keep));
  const bp = random.pick(side > 1 ? [Math.max(8, side)] : slices === undefined ? [1, 2, 4, 8] : [2, 4, 8]);
  const lanes = random.pick(side > 1 ? [side, 2 * side] : [1, 2, 4, 8]);
  const sliced =
    slices === undefined
      ? {}
      : {
          slices,
          sliceChannels: side > 1 ? keep : random.pick(divisors(lanes).filter((channels) => channels * bp <= 16)),
        };
  const parallelism = {
    tp: random.pick([1, 2, 3, 4, 5, 8]),
    wpAttention: 2 * random.int(1, 7),
    wpFfn: 2 * random.int(1, 8),
    keyParallel: random.pick([2, 4, 8, 16]),
    valueParallel: random.pick([2, 4, 8, 16]),
    bp,
    // A lane's words must fit 64 bytes in every format.
    wpDecode: 2 * random.int(1, 7),
    lanes,
    ...sliced,
    headLanes,
    cachePorts,
    decodeKeyParallel: parallel(four ? 2 : 1),
    decodeValueParallel: parallel(four ? 4 : 2),
    order: random.pick(['blocked', 'interleaved'] as const),
    candidates: random.pick([1, 2, 5, 8]),
    pairs: random.pick([1, 2, 4, 8]),
  };
  const styles = { prefill: random.pick(TEMPLATE_STYLES), decode: random.pick(TEMPLATE_STYLES) };
  const moves: Record<StageName, Map<string, string>> = { prefill: new Map(), decode: new Map() };
  const build = (): Design =>
    composeDesign({
      name,
      model,
      recipe,
      target: firstTarget(TARGETS),
      ...styles,
      parallelism,
      limits: LIMITS,
      workload: { prompt: 8, generate: 8, batch: 1 },
      assign: {
        prefill: (proposed, module, operation) => moves.prefill.get(`${module}:${operation}`) ?? proposed,
        decode: (proposed, module, operation) => moves.decode.get(`${module}:${operation}`) ?? proposed,
      },
    });
  let design = build();
  if (!analyze(design).legal) return randomDesign(random, model, recipe, name);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const stage: StageName = random.next() < 0.5 ? 'prefill' : 'decode';
    const candidates = design.stages[stage].instances.filter((instance) => instance.module !== 'fork');
    const from = random.pick(candidates);
    const operation = random.pick(from.operations);
    const others = candidates.filter((instance) => instance.module === from.module && instance !== from);
    const target = others.length > 0 && random.next() < 0.7 ? random.pick(others).id : `own_${operation.id}`;
    const key = `${from.module}:${operation.id}`;
    const before = moves[stage].get(key);
    moves[stage].set(key, target);
    const trial = build();
    if (analyze(trial).legal) design = trial;
    else if (before === undefined) moves[stage].delete(key);
    else moves[stage].set(key, before);
  }
  const seed = random.int(0, 1e9);
  const drawn = chosen(new Random(seed + 1), annotated(new Random(seed), design));
  return remembering(new Random(seed + 4), windowed(new Random(seed + 3), inChunks(new Random(seed + 2), drawn)));
}

/** Of the designs without chunks and window, half read texts in segments of any length that fits a launch. */
function remembering(random: Random, design: Design): Design {
  const recall = random.int(1, 3);
  const summary = random.int(1, 4);
  const { chunk } = design.limits;
  const segment = design.limits.prompt - recall - (design.model.bos === null ? 2 : 3);
  if (chunk !== undefined || design.window || segment < Math.max(recall, summary) || random.next() < 0.5) return design;
  const hmt = {
    segment: random.int(Math.max(recall, summary), segment),
    summary,
    recall,
    memories: random.int(1, 4),
    // Half of them by projections.
    ...(random.next() < 0.5 ? { projections: true as const } : {}),
  };
  const next = applyEdit(design, setSegments(hmt)).design;
  return analyze(next).legal ? next : design;
}

/** Half of the designs prefill in chunks of any length. */
function inChunks(random: Random, design: Design): Design {
  const { limits, tokenParallelism: tp } = design;
  if (random.next() < 0.5) return design;
  return { ...design, limits: { ...limits, chunk: tp * random.int(1, Math.ceil(limits.prompt / tp)) } };
}

/** A third of the designs attend to the first and the recent tokens alone, as far as their engines allow it. */
function windowed(random: Random, design: Design): Design {
  const step = sinkStep(design) * random.int(1, 4);
  const window = { sinks: step, recent: random.int(1, 20) };
  if (random.next() < 0.65) return design;
  // Sinks are whole tiles of keys; the largest tile that allows it.
  const keys = [16, 8, 4, 2].find((parallel) => step % parallel === 0);
  const prefill = {
    ...design.stages.prefill,
    instances: design.stages.prefill.instances.map((instance) =>
      instance.operations.some(({ role }) => role === 'scores')
        ? { ...instance, params: { ...instance.params, parallel: keys ?? 2 } }
        : instance,
    ),
  };
  const next = { ...design, window, stages: { ...design.stages, prefill } };
  return analyze(next).legal ? next : design;
}

/** Parameters that change what is built and no stream: any value that they may have. */
const CHOSEN = ['multipliers', 'overlap', 'structure', 'sums'];

function chosen(random: Random, design: Design): Design {
  const { stages } = analyze(design);
  const stage = (name: StageName): StageGraph => {
    const { context, instances } = stages[name];
    const values = new Map(
      instances.map(({ instance, entry, params, operations }) => [
        instance.id,
        Object.fromEntries(
          entry.params
            .filter(({ id, stages: meant }) => CHOSEN.includes(id) && (meant ?? entry.stages).includes(name))
            .flatMap((param) =>
              random.next() < 0.7
                ? [
                    [
                      param.id,
                      random.pick(
                        param.choices(
                          context,
                          params,
                          operations.map(({ operation }) => operation.role),
                        ),
                      ),
                    ] as const,
                  ]
                : [],
            ),
        ),
      ]),
    );
    return {
      ...design.stages[name],
      instances: design.stages[name].instances.map((instance) => ({
        ...instance,
        params: { ...instance.params, ...values.get(instance.id) },
      })),
    };
  };
  return { ...design, stages: { prefill: stage('prefill'), decode: stage('decode') } };
}

const WORDS = [
  '# Why',
  'reuses **one** engine',
  '*/ int main() { //',
  '`k_proj`',
  '<b>&amp;</b>',
  '"; rm -rf',
  '$HOME `id`',
  '- a\n- b',
  'Größe 語',
];

/** Groups and notes at random: they must not change what is built. */
function annotated(random: Random, design: Design): Design {
  const stage = (graph: StageGraph): StageGraph => {
    if (random.next() < 0.3) return graph;
    const groups = Array.from(
      { length: random.int(1, 3) },
      (_, index): Group => ({
        id: `group_${index}`,
        title: random.pick(WORDS).replaceAll('\n', ' '),
        colour: random.pick(GROUP_COLOURS),
        members: Array.from({ length: random.int(1, 5) }, () => random.pick(graph.instances).id),
        ...(random.next() < 0.5 ? { collapsed: true } : {}),
      }),
    );
    const notes = Array.from(
      { length: random.int(1, 3) },
      (_, index): Note => ({
        id: `note_${index}`,
        text: `${random.pick(WORDS)}\n${random.pick(WORDS)}`,
        position: { x: random.int(-500, 500), y: random.int(-500, 500) },
        size: { width: 240, height: 120 },
      }),
    );
    return { ...graph, groups, notes };
  };
  return { ...design, stages: { prefill: stage(design.stages.prefill), decode: stage(design.stages.decode) } };
}

function firstTarget(targets: readonly Target[]): Target {
  const first = targets[0];
  if (!first) throw new Error('no target');
  return first;
}
